import { ApiError } from '../protocol/errors.js';
import { type Occupant, type Room, totalBytes } from './eviction.js';

/** When calls may have ended, and their models be idle. */
const RETRY_AFTER_SECONDS = 5;

/**
 * What is told to those who wait for a model that there is no room for: the numbers, and what to change. Other models are not
 * named, for the client's key may not allow them.
 *
 * @returns `model_too_large` if waiting is of no use, else `insufficient_memory`.
 */
export function insufficientMemory(
  alias: string,
  neededBytes: number,
  occupants: readonly Occupant[],
  room: Room,
): ApiError {
  const { budgetBytes, maxLoaded } = room;
  const needed = `it needs about ${toSize(neededBytes)}`;
  if (neededBytes > budgetBytes) {
    return new ApiError(
      'model_too_large',
      `Model '${alias}' can't be loaded: ${needed}, and all models together may have ${toSize(budgetBytes)}. Give it a smaller ctx_size, a smaller quantisation or fewer replicas, or raise serve.memory.budget.`,
    );
  }
  const freeBytes = Math.max(0, budgetBytes - totalBytes(occupants));
  const limit =
    occupants.length >= maxLoaded
      ? `serve.maxLoaded is ${maxLoaded}`
      : `${needed}, and of the ${toSize(budgetBytes)} for all models ${toSize(freeBytes)} are free`;
  return new ApiError(
    'insufficient_memory',
    `Model '${alias}' can't be loaded now: ${limit}. Loaded are ${occupants.map(describe).join(', ')}; 'qvac ps' names them.`,
    { retryAfterSeconds: RETRY_AFTER_SECONDS },
  );
}

function describe({ bytes, isPinned, isIdle, isLeaving }: Occupant): string {
  const why = isPinned ? 'pinned' : isLeaving ? 'being unloaded' : isIdle ? 'idle' : 'in use';
  return `one of ${toSize(bytes)} (${why})`;
}

/** Bytes for a person. */
function toSize(bytes: number): string {
  const megabytes = bytes / 1024 ** 2;
  return megabytes < 1024 ? `${Math.ceil(megabytes)} MB` : `${(megabytes / 1024).toFixed(1)} GB`;
}
