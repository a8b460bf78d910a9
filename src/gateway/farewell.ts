import { ApiError } from '../protocol/errors.js';

/**
 * Why calls that wait for a model can't be answered by it any more, after a new config.
 *
 * They are not moved along: a request is read in one way for an engine here and in another to be passed on, and may have the head
 * of its answer already. Who sends it again has the new way from its beginning.
 *
 * @param isServed whether another has its alias now: it has moved from here to elsewhere, or back.
 */
export function toFarewell(alias: string, isServed: boolean): ApiError {
  if (!isServed)
    return new ApiError('model_not_found', `Model '${alias}' is no longer served.`, { param: 'model' });
  return new ApiError(
    'model_moved',
    `Model '${alias}' has moved to another place by a new config while the request waited. Send it again: it goes there.`,
  );
}
