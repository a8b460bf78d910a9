import { processMemory } from '../pool/process-memory.js';
import type { Occupant } from './eviction.js';
import type { ModelHost } from './model-host.js';

/** A model that asks for memory. */
export interface TenantOptions {
  readonly host: ModelHost;
  /** It is never unloaded for another. */
  readonly pinned: boolean;
  /** Bytes that it was likely to take when its files were last looked at. */
  readonly estimateBytes: number;
  /** Bytes that it is likely to take, all its replicas together, by its files as they are now. */
  readonly estimate: () => Promise<number>;
}

/** What is known of one model's memory. */
export class Tenant {
  readonly host: ModelHost;
  readonly #options: TenantOptions;
  #estimateBytes: number;
  #measuredBytes = 0;
  #holders = 0;
  /** Those who wait for it to be loaded, but only where there is room. */
  modestLoads = 0;
  /** It was told to go for another, and has not gone yet. */
  isEvicted = false;
  /** Settles when the one of its replicas that waits for memory has it, or was refused. */
  entering: Promise<void> | undefined;

  constructor(options: TenantOptions) {
    this.host = options.host;
    this.#options = options;
    this.#estimateBytes = options.estimateBytes;
  }

  /** By its files, before it is loaded. */
  get estimateBytes(): number {
    return this.#estimateBytes;
  }

  /**
   * What it must have: the estimate, or the most that was measured in this run, if that was more. Less is not believed: a
   * process shows of a mapped file what it has touched so far, and nothing of a GPU's memory.
   */
  get neededBytes(): number {
    return Math.max(this.#estimateBytes, this.#measuredBytes);
  }

  /** It is to keep to the room that is free: nobody who waits for it wants more. */
  get isModest(): boolean {
    return this.modestLoads > 0 && this.host.waiting <= this.modestLoads;
  }

  /** It has memory, or is about to give it back. */
  get isIn(): boolean {
    return this.#holders > 0;
  }

  /** Another of its replicas has memory: there is enough for all of them as soon as there is for one. */
  enter(): void {
    this.#holders += 1;
  }

  /** Nothing is left of a replica. */
  leave(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.isEvicted = false;
  }

  /** Looks at its files. */
  async estimate(): Promise<void> {
    this.#estimateBytes = await this.#options.estimate();
  }

  /** Looks at its processes. */
  async measure(): Promise<void> {
    const pids = this.host.snapshot().replicas.flatMap(({ pid }) => pid ?? []);
    const bytes = await Promise.all(pids.map(processMemory));
    this.#measuredBytes = Math.max(
      this.#measuredBytes,
      bytes.reduce((total, one) => total + one, 0),
    );
  }

  toOccupant(): Occupant {
    const { alias, state, isIdle, lastUsedAt } = this.host;
    return {
      alias,
      bytes: this.neededBytes,
      isPinned: this.#options.pinned,
      isIdle,
      isLeaving: this.isEvicted || state === 'unloading' || state === 'idle',
      lastUsedAt,
    };
  }
}
