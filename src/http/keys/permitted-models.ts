import type { FastifyRequest } from 'fastify';
import type { Fleet } from '../../models/fleet.js';
import type { ModelHost } from '../../models/model-host.js';
import type { ServedModel } from '../../models/served-model.js';
import type { Category } from '../../protocol/model-types.js';

/** Whether whoever sent a request may use a model, and know of it. */
export function mayUse({ clientKey }: FastifyRequest, alias: string): boolean {
  return clientKey?.mayUse(alias) ?? true;
}

/**
 * The model of this alias, for the one who sent a request.
 *
 * @throws {ApiError} `model_not_allowed`, before it says whether there is one; or as `Fleet.get`.
 */
export function permittedModel(request: FastifyRequest, fleet: Fleet, alias: string): ServedModel {
  request.clientKey?.assertMayUse(alias);
  return fleet.get(alias);
}

/**
 * The model that serves a request; from then on the request tells it.
 *
 * @param alias what the request says in `model`; nothing means the default of the category.
 * @throws {ApiError} as {@link permittedModel}, and as `Fleet.resolve`.
 */
export function resolveModel(
  request: FastifyRequest,
  fleet: Fleet,
  alias: string | null | undefined,
  category: Category,
): ModelHost {
  if (alias != null) request.clientKey?.assertMayUse(alias);
  const host = fleet.resolve(alias ?? undefined, category);
  request.clientKey?.assertMayUse(host.alias);
  request.servedBy = host.alias;
  return host;
}
