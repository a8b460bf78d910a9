import type { TargetOrder } from '../protocol/remote-spec.js';

/** How a target stands. */
export interface TargetLoad {
  /** A call may go there now. */
  readonly isUp: boolean;
  /** Calls that it has. */
  readonly running: number;
  /** Calls that it can have at once. */
  readonly slots: number;
}

/**
 * The targets that a call may go to, the best first. Those that are full come last: there it waits, or is refused.
 *
 * @param targets in the order of the config, which decides between equals.
 */
export function orderTargets<Target extends TargetLoad>(
  targets: readonly Target[],
  order: TargetOrder,
): Target[] {
  const rank = ({ running, slots }: TargetLoad): number => {
    if (running >= slots) return 1 + running / slots;
    return order === 'priority' ? 0 : running / slots;
  };
  return targets.filter(({ isUp }) => isUp).sort((one, other) => rank(one) - rank(other));
}
