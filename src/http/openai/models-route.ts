import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Fleet } from '../../models/fleet.js';
import { DRAIN_TIMEOUT_MS } from '../../models/model-host.js';
import type { ModelState } from '../../models/model-state.js';
import type { ServedModel } from '../../models/served-model.js';
import { ApiError } from '../../protocol/errors.js';
import { isFromGateway } from '../../remote/hops.js';
import { mayUse, permittedModel } from '../keys/permitted-models.js';
import { parseBody } from '../parse-body.js';

/** A model in OpenAI's shape. */
interface ModelObject {
  readonly id: string;
  readonly object: 'model';
  /** Unix time in seconds of when it was loaded, or of when the gateway started if it is not. */
  readonly created: number;
  readonly owned_by: 'qvac';
}

/** An alias may have slashes, as `org/model`. */
interface ModelParams {
  Params: { '*': string };
}

interface ListQuery {
  Querystring: { state?: string };
}

/** How long running calls may take to finish before an unload cancels them; not at all with `drain=now`. */
export const unloadQuerySchema = z.object({
  drain: z.enum(['wait', 'now']).default('wait'),
  timeout_ms: z.coerce.number().int().min(0).max(86_400_000).default(DRAIN_TIMEOUT_MS),
});

/**
 * `GET /v1/models`, and `GET` and `DELETE /v1/models/:id`.
 *
 * @param listed what the list has when the request does not say `?state=all`.
 */
export function modelsRoute(app: FastifyInstance, fleet: Fleet, listed: () => 'loaded' | 'configured'): void {
  app.get<ListQuery>('/v1/models', async (request) => {
    const isWhole = request.query.state === 'all' || listed() === 'configured';
    // Two gateways that offer each other's models would find them again under ever longer names.
    const isForGateway = isFromGateway(request.headers);
    const hosts = (isWhole ? fleet.hosts() : fleet.loaded()).filter(
      ({ alias }) => mayUse(request, alias) && (!isForGateway || fleet.isConfigured(alias)),
    );
    const data = hosts.map(isWhole ? toModelWithState : toModelObject);
    return { object: 'list', data };
  });

  app.get<ModelParams>('/v1/models/*', async (request) => {
    const host = permittedModel(request, fleet, request.params['*']);
    if (listed() === 'configured') return toModelWithState(host);
    if (host.loadedAt) return toModelObject(host);
    throw new ApiError(
      'model_not_found',
      `Model '${host.alias}' is configured but not loaded (it is ${host.state}). The first request that uses it loads it.`,
      { param: 'model' },
    );
  });

  app.delete<ModelParams>('/v1/models/*', async (request) => {
    const { drain, timeout_ms } = parseBody(unloadQuerySchema, request.query, {});
    const host = permittedModel(request, fleet, request.params['*']);
    await host.unload(drain === 'now' ? 0 : timeout_ms);
    return { id: host.alias, object: 'model', deleted: true };
  });
}

function toModelObject({ alias, loadedAt }: ServedModel): ModelObject {
  const created = Math.floor((loadedAt?.getTime() ?? performance.timeOrigin) / 1000);
  return { id: alias, object: 'model', created, owned_by: 'qvac' };
}

function toModelWithState(host: ServedModel): ModelObject & { readonly state: ModelState } {
  return { ...toModelObject(host), state: host.state };
}
