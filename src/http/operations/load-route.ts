import type { FastifyInstance } from 'fastify';
import type { Fleet } from '../../models/fleet.js';
import { ApiError } from '../../protocol/errors.js';
import type { CallerOf } from '../caller.js';
import { permittedModel } from '../keys/permitted-models.js';
import { MODEL_OPERATION } from './operations.js';

/** An alias may have slashes, as `org/model`, so the pattern can't say what comes after it. */
interface LoadParams {
  Params: { '*': string };
}

const SUFFIX = '/load';

/**
 * `POST /qvac/v1/models/:id/load` loads a model and answers when it is ready. One that failed again and again is tried at
 * once.
 */
export function loadRoute(app: FastifyInstance, fleet: Fleet, callerOf: CallerOf): void {
  app.post<LoadParams>('/qvac/v1/models/*', MODEL_OPERATION, async (request, reply) => {
    const path = request.params['*'];
    if (!path.endsWith(SUFFIX)) {
      throw new ApiError(
        'not_found',
        `Nothing is served at POST ${request.url}. Did you mean …/${path}/load?`,
      );
    }
    const host = permittedModel(request, fleet, path.slice(0, -SUFFIX.length));
    request.servedBy = host.alias;
    const { signal } = callerOf(request, reply);
    if (host.state === 'failed') await host.unload(0);
    await host.ensureReady(signal);
    return { id: host.alias, object: 'model', state: host.state };
  });
}
