import type { Socket } from 'node:net';
import type { GatewayConfig } from '../config/gateway-config.js';
import type { Door, HttpServer } from './door.js';
import type { SupervisorLink } from './supervisor-link.js';

/**
 * The supervisor has the port and hands over its connections.
 *
 * @param config for the next gateway, if this one dies.
 */
export function createSupervisedDoor(link: SupervisorLink, config: GatewayConfig): Door {
  const open = new Set<Socket>();
  let markEmpty = (): void => {};

  function admit({ server }: HttpServer, socket: Socket): void {
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      if (open.size === 0) markEmpty();
    });
    socket.allowHalfOpen = true; // as Node's HTTP server does with those that it accepts itself
    server.emit('connection', socket);
    socket.resume();
  }

  return {
    async open(server, host, port) {
      await server.ready();
      const bound = await link.listen(host, port, config, (socket) => admit(server, socket));
      // Node's HTTP server tracks connections, for their timeouts and for closeAllConnections(), from this event on.
      server.server.emit('listening');
      const url = toUrl(bound.address, bound.port);
      server.log.info(`Server listening at ${url}`);
      return url;
    },
    closed: () =>
      new Promise((resolve) => {
        markEmpty = resolve;
        if (open.size === 0) resolve();
      }),
  };
}

/** As Fastify tells it. */
function toUrl(address: string, port: number): string {
  if (address.includes(':')) return `http://[${address}]:${port}`;
  return `http://${address === '0.0.0.0' ? '127.0.0.1' : address}:${port}`;
}
