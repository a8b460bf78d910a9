import type { FastifyInstance } from 'fastify';
import type { Fleet } from '../../models/fleet.js';
import { ApiError } from '../../protocol/errors.js';
import { PROBE } from './operations.js';

/**
 * `GET /health`: the process answers. `GET /ready`: it has loaded what it should, and is not about to stop.
 *
 * @param missing aliases of the models that should be loaded and are not.
 */
export function probeRoutes(app: FastifyInstance, fleet: Fleet, missing: () => readonly string[]): void {
  app.get('/health', PROBE, async () => ({ status: 'ok' }));

  app.get('/ready', PROBE, async () => {
    if (fleet.isStopping) throw new ApiError('shutting_down', 'The server is stopping.');
    const { length } = missing();
    if (length === 0) return { status: 'ready' };
    // Not their names: nobody has shown a key.
    const what =
      length === 1
        ? '1 model that should be loaded is not'
        : `${length} models that should be loaded are not`;
    throw new ApiError('not_ready', `${what}. GET /qvac/v1/status says which, and why.`);
  });
}
