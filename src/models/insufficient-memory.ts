import { ApiError } from '../protocol/errors.js';
import { type Occupant, type Room, totalBytes } from './eviction.js';

/** When calls may have ended, and their models be idle. */
const RETRY_AFTER_SECONDS = 5;

/** What is told to those who wait for a model that there is no room for: the numbers, and what to change. */
export function insufficientMemory(
  alias: string,
  neededBytes: number,
  occupants: readonly Occupant[],
  room: Room,
): ApiError {
  const message = `Model '${alias}' can't be loaded now: ${reason(neededBytes, occupants, room)}`;
  return new ApiError('insufficient_memory', message, { retryAfterSeconds: RETRY_AFTER_SECONDS });
}

function reason(neededBytes: number, occupants: readonly Occupant[], room: Room): string {
  const { budgetBytes, maxLoaded } = room;
  if (neededBytes > budgetBytes) {
    return `it needs about ${toSize(neededBytes)}, and all models together may have ${toSize(budgetBytes)}. Give it a smaller ctx_size, a smaller quantisation or fewer replicas, or raise serve.memory.budget.`;
  }
  const holders = occupants.map(describe).join(', ');
  if (occupants.length >= maxLoaded) return `serve.maxLoaded is ${maxLoaded}, and loaded are ${holders}.`;
  const freeBytes = Math.max(0, budgetBytes - totalBytes(occupants));
  return `it needs about ${toSize(neededBytes)}, and of the ${toSize(budgetBytes)} for all models ${toSize(freeBytes)} are free. The others are held by ${holders}.`;
}

function describe({ alias, bytes, isPinned, isIdle, isLeaving }: Occupant): string {
  const why = isPinned ? 'pinned' : isLeaving ? 'being unloaded' : isIdle ? 'idle' : 'in use';
  return `'${alias}' (${toSize(bytes)}, ${why})`;
}

/** Bytes for a person. */
function toSize(bytes: number): string {
  const megabytes = bytes / 1024 ** 2;
  return megabytes < 1024 ? `${Math.ceil(megabytes)} MB` : `${(megabytes / 1024).toFixed(1)} GB`;
}
