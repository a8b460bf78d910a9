import type { FastifyRequest } from 'fastify';
import type { Fleet } from '../../models/fleet.js';
import type { ServedModel } from '../../models/served-model.js';
import type { Category } from '../../protocol/model-types.js';
import { RoutedModel } from '../../remote/routed-model.js';

/**
 * The model of a request, if its calls go elsewhere. If not, or if there is none, the route goes on as it always does, and
 * says what is wrong.
 *
 * @param alias what the request has as its `model`, unchecked.
 * @throws {ApiError} `model_not_allowed` if the request's key is not for it.
 */
export function findRouted(
  request: FastifyRequest,
  fleet: Fleet,
  alias: unknown,
  category: Category,
): RoutedModel | undefined {
  if (alias !== undefined && alias !== null && typeof alias !== 'string') return undefined;
  let model: ServedModel;
  try {
    model = fleet.find(alias ?? undefined, category);
  } catch {
    return undefined;
  }
  if (!(model instanceof RoutedModel)) return undefined;
  request.clientKey?.assertMayUse(model.alias);
  request.servedBy = model.alias;
  return model;
}
