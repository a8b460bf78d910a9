import { EventEmitter, once } from 'node:events';
import type { Logger } from '../telemetry/logger.js';
import { Admission } from './admission.js';
import { type Occupant, planRoom, type Room, type RoomPlan, totalBytes } from './eviction.js';
import { insufficientMemory } from './insufficient-memory.js';
import { Tenant, type TenantOptions } from './tenant.js';

/** How long a load waits for others to become idle. */
const WAIT_MS = 30_000;

/** What the gate needs of the rest of the gateway. */
export interface LoadGateOptions {
  /** To begin with. */
  readonly room: Room;
  /** Told of each model that is unloaded for another. */
  readonly onEvicted: (alias: string) => void;
  readonly log: Logger;
}

/** What is known of a model's memory, in bytes. */
export interface ModelMemory {
  /** By its files. */
  readonly estimateBytes: number;
  /** What is kept for it now. */
  readonly reservedBytes: number;
}

/**
 * Lets models be loaded while there is memory for them, and unloads idle ones to make room. Loads that compete pass in
 * the order in which they came. A model gets all that it needs at once, and has nothing while it waits: no two can wait
 * for each other.
 */
export class LoadGate {
  readonly #options: LoadGateOptions;
  readonly #tenants = new Map<string, Tenant>();
  /** One at a time looks for room. */
  readonly #turns = new Admission(1, Number.POSITIVE_INFINITY);
  readonly #changes = new EventEmitter();
  #room: Room;

  constructor(options: LoadGateOptions) {
    this.#options = options;
    this.#room = options.room;
  }

  get room(): Room {
    return this.#room;
  }

  /** For the next load, and those that wait. Nothing is unloaded because there is less. */
  set room(room: Room) {
    this.#room = room;
    this.changed();
  }

  /** Bytes that are kept for all models together. */
  get reservedBytes(): number {
    return totalBytes(this.#occupants());
  }

  /** What is known of a model's memory. */
  memoryOf(alias: string): ModelMemory {
    const tenant = this.#tenants.get(alias);
    if (!tenant) return { estimateBytes: 0, reservedBytes: 0 }; // it is elsewhere
    const { estimateBytes, neededBytes, isIn } = tenant;
    return { estimateBytes, reservedBytes: isIn ? neededBytes : 0 };
  }

  /** Makes a model known, before it is loaded for the first time. */
  add(options: TenantOptions): void {
    this.#tenants.set(options.host.alias, new Tenant(options));
  }

  /** Forgets a model of which nothing is left. */
  remove(alias: string): void {
    this.#tenants.delete(alias);
    this.#changes.emit('change');
  }

  /** Call it when a model has been loaded: looks at its processes. */
  async measure(alias: string): Promise<void> {
    await this.#get(alias).measure();
  }

  /** Call it when a model's state has changed, or its last call has ended: who waits looks again. */
  changed(): void {
    this.#changes.emit('change');
  }

  /**
   * Nothing is unloaded for this `load` of a model: where there is no room, it is refused. Somebody else who waits for the
   * model meanwhile, for an answer say, gets what there is for those.
   */
  async modestly<Result>(alias: string, load: () => Promise<Result>): Promise<Result> {
    const tenant = this.#get(alias);
    tenant.modestLoads += 1;
    try {
      return await load();
    } finally {
      tenant.modestLoads -= 1;
    }
  }

  /**
   * Waits until there is memory for a model, on behalf of a replica that is about to load it.
   *
   * @returns a function that gives it back, to be called once, when nothing is left of the replica.
   * @throws {ApiError} `insufficient_memory`, `model_too_large`; or the reason of `signal`.
   */
  async admit(alias: string, signal: AbortSignal): Promise<() => void> {
    const tenant = this.#get(alias);
    while (!tenant.isIn || tenant.isEvicted) {
      if (tenant.entering) {
        await tenant.entering; // replicas are unloaded together, and end their waits together
        continue;
      }
      tenant.entering = this.#enter(tenant, signal);
      try {
        await tenant.entering;
        return () => this.#leave(tenant);
      } finally {
        tenant.entering = undefined;
      }
    }
    tenant.enter();
    return () => this.#leave(tenant);
  }

  /** Resolves when there is room, and the model is in. */
  async #enter(tenant: Tenant, signal: AbortSignal): Promise<void> {
    let giveUpAt = performance.now() + WAIT_MS;
    const pass = await this.#turns.acquire('', signal);
    try {
      const others = [...this.#tenants.values()];
      await Promise.all([tenant.estimate(), ...others.map((other) => other.measure())]);
      while (true) {
        const step = this.#step(tenant, performance.now() >= giveUpAt, signal);
        if (step === 'load') return;
        if (step === 'evict') giveUpAt = performance.now() + WAIT_MS; // it would have been for nothing
        await this.#change(giveUpAt, signal); // in this very turn: a change between would be lost
      }
    } finally {
      pass();
    }
  }

  /** Does what can be done for it now. */
  #step(tenant: Tenant, isTimeUp: boolean, signal: AbortSignal): RoomPlan['step'] {
    if (tenant.isIn) return 'wait'; // its last worker has not gone yet
    const { neededBytes, host } = tenant;
    const occupants = this.#occupants();
    const plan = planRoom(neededBytes, asSeenBy(tenant, occupants), this.room);
    if (plan.step === 'load') {
      tenant.enter();
      return 'load';
    }
    signal.throwIfAborted();
    if (plan.step === 'refuse' || (plan.step === 'wait' && isTimeUp)) {
      this.#options.log.info({ model: host.alias, neededBytes, loaded: occupants }, 'no room for the model');
      throw insufficientMemory(host.alias, neededBytes, occupants, this.room);
    }
    if (plan.step === 'evict') for (const victim of plan.victims) this.#evict(victim, tenant);
    return plan.step;
  }

  async #change(giveUpAt: number, signal: AbortSignal): Promise<void> {
    const timer = setTimeout(() => this.#changes.emit('change'), giveUpAt - performance.now());
    try {
      await once(this.#changes, 'change', { signal });
    } catch {
      signal.throwIfAborted();
    } finally {
      clearTimeout(timer);
    }
  }

  #evict(alias: string, { host, neededBytes }: Tenant): void {
    const victim = this.#get(alias);
    victim.isEvicted = true;
    this.#options.onEvicted(alias);
    this.#options.log.info(
      {
        model: alias,
        for: host.alias,
        bytes: victim.neededBytes,
        neededBytes,
        reservedBytes: this.reservedBytes,
        budgetBytes: this.room.budgetBytes,
      },
      'model evicted',
    );
    void victim.host.unload(0, `evicted for '${host.alias}'`); // it is idle: there is no call to cancel
  }

  #leave(tenant: Tenant): void {
    tenant.leave();
    this.#changes.emit('change');
  }

  #occupants(): Occupant[] {
    return [...this.#tenants.values()].filter(({ isIn }) => isIn).map((tenant) => tenant.toOccupant());
  }

  #get(alias: string): Tenant {
    const tenant = this.#tenants.get(alias);
    if (!tenant) throw new Error(`the gate knows no model '${alias}'`);
    return tenant;
  }
}

/** A load that keeps to the room that is free sees all others as pinned. */
function asSeenBy({ isModest }: Tenant, occupants: readonly Occupant[]): readonly Occupant[] {
  return isModest ? occupants.map((occupant) => ({ ...occupant, isPinned: true })) : occupants;
}
