import type { FastifyInstance } from 'fastify';
import { replyToRequestTimeout } from './client-error.js';

/**
 * Cuts clients that have stopped to send their body or to read their answer, on a server that has a timeout for sockets.
 * Node's own way would cut those that wait for a long answer too.
 *
 * A socket on which not a byte was moved for that long says so to its response; without a response Node closes it.
 */
export function cutStalled(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ raw: request, log }, { raw: response }) => {
    response.on('timeout', () => {
      const unreadBytes = response.writableLength;
      if (unreadBytes > 0) {
        log.warn({ unreadBytes }, 'client cut: it does not read its answer');
        response.destroy();
      } else if (!request.complete && request.readableFlowing) {
        // Not one that we have stopped reading: it may have to wait until the models are loaded.
        log.warn('client cut: it does not go on sending its request');
        replyToRequestTimeout(request.socket);
      }
    });
  });
}
