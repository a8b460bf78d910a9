import type { FastifyInstance } from 'fastify';
import type { Fleet } from '../../models/fleet.js';
import type { ModelHost } from '../../models/model-host.js';
import { ApiError } from '../../protocol/errors.js';

/** A model in OpenAI's shape. */
interface ModelObject {
  readonly id: string;
  readonly object: 'model';
  /** Unix time in seconds of when it was loaded. */
  readonly created: number;
  readonly owned_by: 'qvac';
}

/** An alias may have slashes, as `org/model`. */
interface ModelParams {
  Params: { '*': string };
}

/** `GET /v1/models`, and `GET` and `DELETE /v1/models/:id`. */
export function modelsRoute(app: FastifyInstance, fleet: Fleet): void {
  app.get('/v1/models', async () => ({
    object: 'list',
    data: fleet.loaded().flatMap((host) => toModelObject(host) ?? []),
  }));

  app.get<ModelParams>('/v1/models/*', async (request) => {
    const host = fleet.get(request.params['*']);
    const model = toModelObject(host);
    if (model) return model;
    throw new ApiError(
      'model_not_found',
      `Model '${host.alias}' is configured but not loaded (it is ${host.state}). The first request that uses it loads it.`,
      { param: 'model' },
    );
  });

  app.delete<ModelParams>('/v1/models/*', async (request) => {
    const host = fleet.get(request.params['*']);
    await host.unload();
    return { id: host.alias, object: 'model', deleted: true };
  });
}

function toModelObject({ alias, loadedAt }: ModelHost): ModelObject | undefined {
  if (!loadedAt) return undefined;
  return { id: alias, object: 'model', created: Math.floor(loadedAt.getTime() / 1000), owned_by: 'qvac' };
}
