/** A model that holds memory. */
export interface Occupant {
  readonly alias: string;
  readonly bytes: number;
  /** It is never unloaded for another. */
  readonly isPinned: boolean;
  /** It could be unloaded now: it is ready, and no call runs or waits. */
  readonly isIdle: boolean;
  /** It is being unloaded, and takes no time for it: no call runs any more. */
  readonly isLeaving: boolean;
  /** When its last call ended, or when it was loaded, by any clock. */
  readonly lastUsedAt: number;
}

/** What all models together may take. */
export interface Room {
  readonly budgetBytes: number;
  /** Models at once; `Infinity` without a limit. */
  readonly maxLoaded: number;
}

/** What is to be done for a model that wants to be loaded. */
export type RoomPlan =
  | { readonly step: 'load' }
  /** Unload these, the one that was not used for longest first. */
  | { readonly step: 'evict'; readonly victims: readonly string[] }
  /** Some are about to go, or may become idle. */
  | { readonly step: 'wait' }
  /** It would not fit even if all went that may. */
  | { readonly step: 'refuse' };

/** Makes room for a model that needs so much. Nothing is unloaded unless that is enough. */
export function planRoom(neededBytes: number, occupants: readonly Occupant[], room: Room): RoomPlan {
  const fitsBeside = (others: readonly Occupant[]): boolean =>
    others.length < room.maxLoaded && neededBytes + totalBytes(others) <= room.budgetBytes;

  if (fitsBeside(occupants)) return { step: 'load' };
  const remaining = occupants.filter(({ isLeaving }) => !isLeaving);
  if (!fitsBeside(remaining.filter(({ isPinned }) => isPinned))) return { step: 'refuse' };
  if (fitsBeside(remaining)) return { step: 'wait' };

  const candidates = remaining
    .filter(({ isIdle, isPinned }) => isIdle && !isPinned)
    .sort((one, other) => one.lastUsedAt - other.lastUsedAt);
  for (let count = 1; count <= candidates.length; count += 1) {
    const victims = candidates.slice(0, count);
    if (fitsBeside(remaining.filter((occupant) => !victims.includes(occupant)))) {
      return { step: 'evict', victims: victims.map(({ alias }) => alias) };
    }
  }
  return { step: 'wait' };
}

/** Bytes that they hold together. */
export function totalBytes(occupants: readonly Occupant[]): number {
  return occupants.reduce((total, { bytes }) => total + bytes, 0);
}
