import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { type ModelExit, toModelExit } from '../models/model-snapshot.js';
import type { ModelState } from '../models/model-state.js';
import { ApiError } from '../protocol/errors.js';
import type { RemoteServerSpec } from '../protocol/remote-spec.js';
import type { Logger } from '../telemetry/logger.js';
import { CircuitBreaker } from './circuit-breaker.js';
import type { Prober } from './probe.js';
import { type RemoteConnections, StaleConnection, sendToRemote } from './proxy.js';
import { reasonOf } from './remote-error.js';

/** The first looks at a server that is down come soon: most are only restarted. */
const FIRST_RETRY_MS = 500;

/** A request to it whose body can be made anew, for another try. */
export interface RemoteRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: () => Readable;
}

/** An answer that has begun. */
export interface RemoteAnswer {
  readonly message: IncomingMessage;
  /** Call it when the answer has ended: `broken` counts against the server. */
  finish(outcome: 'whole' | 'broken' | 'left'): void;
}

/** What a server needs of the rest of the gateway. */
export interface RemoteServerOptions {
  readonly connections: RemoteConnections;
  readonly prober: Prober;
  readonly log: Logger;
}

/** Another server: whether it is there, which models it has, and the way to it. */
export class RemoteServer {
  readonly spec: RemoteServerSpec;
  /** Its host and port: what people call it. */
  readonly name: string;
  readonly #options: RemoteServerOptions;
  readonly #breaker = new CircuitBreaker();
  readonly #listeners = new Set<() => void>();
  readonly #closing = new AbortController();
  #models: readonly string[] = [];
  #hasAnswered = false;
  #state: ModelState = 'loading';
  #stateSince = new Date();
  #lastExit: ModelExit | undefined;
  /** Looks in a row that found it down. */
  #misses = 0;
  #timer: NodeJS.Timeout | undefined;
  #probing: Promise<void> | undefined;
  #firstLook: Promise<void> | undefined;

  /** @param before the same server, as it was asked until now: until it has been looked at, it counts as it was. */
  constructor(spec: RemoteServerSpec, options: RemoteServerOptions, before?: RemoteServer) {
    this.spec = spec;
    this.name = new URL(spec.url).host;
    this.#options = options;
    if (!before) return;
    this.#models = before.models;
    if (before.state !== 'ready') return;
    this.#state = before.state;
    this.#stateSince = before.stateSince;
  }

  /** `loading` until it has been looked at, then `ready` or `backoff`. */
  get state(): ModelState {
    return this.#state;
  }

  get stateSince(): Date {
    return this.#stateSince;
  }

  get lastExit(): ModelExit | undefined {
    return this.#lastExit;
  }

  /** Names of its models, as far as it has told. They stay while it is down. */
  get models(): readonly string[] {
    return this.#models;
  }

  /** Whether a call may go there now. */
  get allows(): boolean {
    return this.#breaker.allows;
  }

  /** Calls `listener` when its state or its models have changed. @returns a function that ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Looks at it, and from then on again and again, unless that has begun. Resolves after the first look. */
  start(): Promise<void> {
    this.#firstLook ??= this.look();
    return this.#firstLook;
  }

  /** Looks at it now, or waits for the look that is going on. */
  look(): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.resolve();
    this.#probing ??= this.#probe().finally(() => {
      this.#probing = undefined;
    });
    return this.#probing;
  }

  /** Looks at it no more. Calls that run go on. */
  close(): void {
    clearTimeout(this.#timer);
    this.#closing.abort();
  }

  /** Why nothing can be sent now. */
  toRefusal(): ApiError {
    const why = this.#lastExit?.reason ?? 'has not answered yet';
    return new ApiError(
      'remote_unavailable',
      `Remote '${this.name}' is left alone for now: it ${why}. It is looked at again by itself.`,
      { remote: this.name, retryAfterSeconds: Math.max(1, Math.ceil(this.#delayMs() / 1000)) },
    );
  }

  /**
   * Sends a request. One that only found a kept connection closed is sent again on a new one.
   *
   * @throws {ApiError} `remote_unavailable`, `remote_timeout`; or the signal's reason.
   */
  async send(request: RemoteRequest, signal: AbortSignal): Promise<RemoteAnswer> {
    const end = this.#breaker.begin();
    try {
      const message = await this.#sendFresh(request, signal);
      return {
        message,
        finish: (outcome) => {
          end(({ whole: 'answered', broken: 'failed', left: 'left' } as const)[outcome]);
          if (outcome === 'broken') this.#doubt();
          else this.#update();
        },
      };
    } catch (error) {
      if (signal.aborted) {
        end('left');
        throw error;
      }
      end('failed');
      this.#note('remote_unavailable', reasonOf(this.name, error as Error));
      this.#doubt();
      throw error;
    }
  }

  async #sendFresh({ path, headers, body }: RemoteRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const send = (connections?: RemoteConnections): Promise<IncomingMessage> =>
      sendToRemote(this.name, this.spec, { path, headers, body: body() }, connections, signal);
    try {
      return await send(this.#options.connections);
    } catch (error) {
      if (error instanceof StaleConnection) return send(); // the next kept one may have ended too
      throw error;
    }
  }

  /** A call went wrong: the next look is now. */
  #doubt(): void {
    this.#update();
    void this.look();
  }

  async #probe(): Promise<void> {
    clearTimeout(this.#timer);
    const result = await this.#options.prober.probe(this.spec, this.#closing.signal);
    if (this.#closing.signal.aborted) return;
    this.#hasAnswered ||= result.outcome === 'answered';
    // A server that never answered is down with the first look.
    this.#breaker.probed(result.outcome === 'silent' && !this.#hasAnswered ? 'failed' : result.outcome);
    if (result.outcome === 'answered') {
      this.#misses = 0;
      if (result.models) this.#setModels(result.models);
    } else {
      this.#misses += 1;
      this.#note('remote_unavailable', result.reason);
    }
    this.#update();
    this.#timer = setTimeout(() => void this.look(), this.#delayMs());
  }

  #delayMs(): number {
    const { probeIntervalMs } = this.spec;
    if (this.#misses === 0) return probeIntervalMs;
    return Math.min(probeIntervalMs, FIRST_RETRY_MS * 2 ** (this.#misses - 1));
  }

  #note(code: string, reason: string): void {
    this.#lastExit = toModelExit(code, reason, new Date());
  }

  #setModels(models: readonly string[]): void {
    if (models.length === this.#models.length && models.every((name, at) => name === this.#models[at]))
      return;
    this.#models = models;
    this.#tell();
  }

  #update(): void {
    const state = this.#breaker.state === 'open' ? 'backoff' : 'ready';
    if (state === this.#state) return;
    this.#state = state;
    this.#stateSince = new Date();
    const { log } = this.#options;
    if (state === 'ready') log.info({ remote: this.name }, 'remote is up');
    else log.warn({ remote: this.name, reason: this.#lastExit?.reason }, 'remote is down');
    this.#tell();
  }

  #tell(): void {
    // A copy: those who are told may leave, and come again.
    for (const listen of [...this.#listeners]) listen();
  }
}
