import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Closes connections when the server closes: those without a whole request at once, the others after their answer. Node
 * would wait for a connection that never sent a request (undici, for one, opens one after each call that it aborts), for
 * one that becomes idle only then, and for a body that may never end and would be refused.
 */
export function closeIdleConnections(app: FastifyInstance): void {
  const requests = new Map<Socket, IncomingMessage | undefined>();
  let isClosing = false;

  app.server.on('connection', (socket) => {
    requests.set(socket, undefined);
    socket.once('close', () => requests.delete(socket));
  });
  app.server.on('request', (request, response) => {
    const { socket } = request;
    requests.set(socket, request);
    response.once('close', () => {
      if (isClosing) socket.end();
      else if (!socket.destroyed) requests.set(socket, undefined);
    });
  });
  app.addHook('preClose', async () => {
    isClosing = true;
    for (const [socket, request] of requests) if (!request?.complete) socket.destroy();
  });
}
