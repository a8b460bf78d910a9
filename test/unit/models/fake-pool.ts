import { EventEmitter, once } from 'node:events';
import { after } from 'node:test';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { ModelHost, type ModelHostOptions } from '../../../src/models/model-host.js';
import { CallStream } from '../../../src/pool/call-stream.js';
import type { WorkerDeath } from '../../../src/pool/model-pool.js';
import { ApiError } from '../../../src/protocol/errors.js';
import type { CallFailure, ChatEvent } from '../../../src/protocol/events.js';
import type { Call, CallKind, EventOf } from '../../../src/protocol/jobs.js';
import { createLogger } from '../../../src/telemetry/logger.js';
import { deferred } from '../../support/deferred.js';

/** Calls that a test left running; an open port would keep the process from ending. */
const running = new Set<FakeCall>();
after(() => {
  for (const call of running) call.close();
});

/** The worker's end of a call. */
export class FakeCall {
  readonly call: Call;
  /** Resolves when the call was told to cancel. */
  readonly cancelled: Promise<void>;
  readonly #port: MessagePort;

  constructor(call: Call, port: MessagePort) {
    this.call = call;
    this.#port = port;
    this.cancelled = new Promise((resolve) => {
      port.once('message', () => resolve());
    });
    running.add(this);
    port.once('close', () => running.delete(this));
  }

  emit(event: ChatEvent | CallFailure): void {
    this.#port.postMessage(event);
  }

  /** Ends as a worker does: after its last event the port closes. */
  end(): void {
    this.emit({
      type: 'end',
      finishReason: 'stop',
      usage: { promptTokens: 1, completionTokens: 1, cachedTokens: 0 },
    });
    this.close();
  }

  close(): void {
    this.#port.close();
  }
}

/** A `ModelPool` without a thread: the test decides when it has loaded, died and closed. */
export class FakePool {
  readonly pid: number;
  readonly calls: FakeCall[] = [];
  readonly loading = deferred();
  readonly closing = deferred();
  readonly dying = deferred<WorkerDeath>();
  readonly died = this.dying.promise;
  /** What was asked of it, in order. */
  readonly asked: string[] = [];
  readonly #started = new EventEmitter();
  readonly #streams: Pick<CallStream<EventOf<CallKind>>, 'lose'>[] = [];

  constructor(pid: number) {
    this.pid = pid;
  }

  load(): Promise<void> {
    this.asked.push('load');
    return this.loading.promise;
  }

  call<Kind extends CallKind>(call: Extract<Call, { kind: Kind }>): CallStream<EventOf<Kind>> {
    const { port1, port2 } = new MessageChannel();
    this.asked.push('call');
    this.calls.push(new FakeCall(call, port2));
    this.#started.emit('call');
    const stream = new CallStream<EventOf<Kind>>(port1, 'my-llm');
    this.#streams.push(stream);
    return stream;
  }

  /** Its nth call, once it has begun. */
  async callAt(index: number): Promise<FakeCall> {
    while (true) {
      const call = this.calls[index];
      if (call) return call;
      await once(this.#started, 'call');
    }
  }

  async close(): Promise<void> {
    this.asked.push('close');
    await this.closing.promise;
    for (const call of this.calls) call.close();
  }

  kill(): void {
    this.asked.push('kill');
  }

  /** Ends as a worker does whose process is gone: its calls are told at once, and their ports close after that. */
  die(reason: string): void {
    this.dying.resolve({ code: 'worker_crashed', reason });
    const error = new ApiError(
      'worker_crashed',
      `The worker of model 'my-llm' ended unexpectedly: ${reason}.`,
    );
    for (const stream of this.#streams) stream.lose(error);
  }
}

/** A host whose workers are fakes that load and close at once, unless `configure` says otherwise. */
export function createFakeHost(
  options: Partial<
    Pick<
      ModelHostOptions,
      | 'alias'
      | 'replicas'
      | 'slots'
      | 'queueLimit'
      | 'download'
      | 'admit'
      | 'keepAliveMs'
      | 'planRestart'
      | 'onIdle'
      | 'onState'
    >
  > = {},
  configure: (pool: FakePool) => void = (pool) => {
    pool.loading.resolve();
    pool.closing.resolve();
  },
) {
  const pools: FakePool[] = [];
  const log: { msg: string; [field: string]: unknown }[] = [];
  const host = new ModelHost({
    alias: 'my-llm',
    replicas: 1,
    slots: 1,
    queueLimit: 64,
    download: async () => {},
    admit: async () => () => {},
    keepAliveMs: -1,
    planRestart: (failures) => ({ isQuarantined: failures >= 5, delayMs: 10 }),
    createPool: () => {
      const pool = new FakePool(pools.length + 1);
      pools.push(pool);
      configure(pool);
      return pool;
    },
    log: createLogger('debug', { write: (line) => log.push(JSON.parse(line)) }),
    ...options,
  });
  /** The worker of the nth incarnation. */
  const pool = (index: number): FakePool => {
    const found = pools[index];
    if (!found) throw new Error(`there are ${pools.length} pools`);
    return found;
  };
  return { host, pools, pool, log };
}
