import type { CallStream } from './call-stream.js';
import { processUsage } from './process-usage.js';

/** Looks that must find no life, one after another. They are counted, not timed: a laptop may sleep between two. */
const LOOKS = 10;

/** Share of a core that counts as work. An idle engine was measured at 0.0005, its watch on the gateway included. */
const WORKING_SHARE = 0.01;

/** How long the engine may take to let go of a call that was cancelled: a batch of a long prompt, on a slow machine. */
const CANCEL_TIMEOUT_MS = 120_000;

/** What is known of a call that runs. */
type RunningCall = Pick<CallStream<{ type: string }>, 'takeLifeSign' | 'cancelAskedAt'>;

/** What to watch. */
export interface LifeWatchOptions {
  /** How long no call may show any life. */
  readonly stallTimeoutMs: number;
  readonly pid: () => number | undefined;
  /** Called once, with the reason. */
  readonly onHung: (reason: string) => void;
}

/**
 * Tells a slow engine from a dead one while calls run. What a call sends is a sign of life, and so is CPU time of the
 * engine's process: a long prompt takes minutes before its first token, without a word but not without work. A process
 * that is stopped or waits for what never comes has neither.
 */
export class LifeWatch {
  readonly #options: LifeWatchOptions;
  readonly #calls = new Set<RunningCall>();
  #timer: NodeJS.Timeout | undefined;
  #lastCpuMs = 0;
  #silentLooks = 0;

  constructor(options: LifeWatchOptions) {
    this.#options = options;
  }

  add(call: RunningCall): void {
    this.#calls.add(call);
    if (this.#timer) return;
    this.#silentLooks = 0;
    this.#timer = setInterval(() => void this.#look(), this.#intervalMs);
    this.#timer.unref();
  }

  remove(call: RunningCall): void {
    this.#calls.delete(call);
    if (this.#calls.size === 0) this.stop();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  get #intervalMs(): number {
    return this.#options.stallTimeoutMs / LOOKS;
  }

  async #look(): Promise<void> {
    const now = performance.now();
    const isStuck = ({ cancelAskedAt }: RunningCall): boolean =>
      cancelAskedAt !== undefined && now - cancelAskedAt > CANCEL_TIMEOUT_MS;
    if ([...this.#calls].some(isStuck)) {
      return this.#hung(`its engine did not end a cancelled call within ${CANCEL_TIMEOUT_MS / 1000} s`);
    }
    // Of every call, or an old sign would count later.
    const hasSign = [...this.#calls].map((call) => call.takeLifeSign()).includes(true);
    this.#silentLooks = hasSign || (await this.#hasWorked()) ? 0 : this.#silentLooks + 1;
    if (this.#silentLooks < LOOKS || !this.#timer) return;
    this.#hung(`its engine neither answered nor worked for ${this.#options.stallTimeoutMs / 1000} s`);
  }

  async #hasWorked(): Promise<boolean> {
    const pid = this.#options.pid();
    if (pid === undefined) return false;
    const { cpuMs } = (await processUsage(pid)) ?? { cpuMs: 0 };
    const worked = cpuMs - this.#lastCpuMs;
    this.#lastCpuMs = cpuMs;
    return worked > this.#intervalMs * WORKING_SHARE;
  }

  #hung(reason: string): void {
    this.stop();
    this.#options.onHung(reason);
  }
}
