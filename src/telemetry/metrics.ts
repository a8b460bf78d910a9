import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { CallObserver } from './call-observer.js';
import { createKeyUsage, type KeyUsage, UNNAMED_KEY } from './key-usage.js';

/** Seconds from a call's request to the first part of its reply: a load or a queue may come before it. */
const FIRST_TOKEN_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/** Seconds between two parts of a reply: from 1,000 tokens a second down to one. */
const NEXT_TOKEN_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1, 5];

/** Seconds in the queue. */
const WAIT_BUCKETS = [0.001, 0.01, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Seconds that a request takes. */
const REQUEST_BUCKETS = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600];

/** What is read of a model when somebody asks for the metrics. */
export interface ModelNumbers {
  readonly alias: string;
  readonly state: string;
  readonly restarts: number;
  readonly slots: number;
  readonly running: number;
  readonly queued: number;
  readonly memoryBytes: number | undefined;
}

/** A request that is over. Its labels must be of a bounded number. */
interface CompletedRequest {
  readonly method: string;
  readonly route: string;
  readonly model: string;
  readonly status: number;
  readonly durationMs: number;
}

/** The gateway's numbers, for Prometheus. */
export interface Metrics {
  readonly contentType: string;
  /** Names of all that are the gateway's own. */
  readonly names: readonly string[];
  /** As text, in Prometheus' format. */
  read(): Promise<string>;
  requestCompleted(request: CompletedRequest): void;
  /** A model was unloaded for another. */
  evicted(model: string): void;
  /** Where the keys of one name are counted, or those without one. */
  usageOf(keyName: string | undefined): KeyUsage;
  /** For the calls of one model. */
  observerOf(model: string): CallObserver;
}

/**
 * Makes the metrics of one gateway. Those of the process and of its event loop begin with the first `read`: they cost
 * a timer and a thread's attention, which nobody pays who does not ask.
 *
 * @param states all states that a model can have.
 * @param readModels called by each `read`.
 */
export function createMetrics(
  states: readonly string[],
  readModels: () => Promise<readonly ModelNumbers[]>,
): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const perModel = { labelNames: ['model'] as const, registers };

  const requests = new Counter({
    name: 'qvac_gateway_http_requests_total',
    help: 'Requests that are over. 499: the client hung up.',
    labelNames: ['method', 'route', 'model', 'status'],
    registers,
  });
  const requestSeconds = new Histogram({
    name: 'qvac_gateway_http_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer.',
    labelNames: ['method', 'route'],
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const firstTokenSeconds = new Histogram({
    name: 'qvac_gateway_time_to_first_token_seconds',
    help: 'Time from when a chat was asked for to the first part of its reply, with queue and load.',
    buckets: FIRST_TOKEN_BUCKETS,
    ...perModel,
  });
  const nextTokenSeconds = new Histogram({
    name: 'qvac_gateway_inter_token_seconds',
    help: 'Time between two parts of a reply, which are tokens but for a few.',
    buckets: NEXT_TOKEN_BUCKETS,
    ...perModel,
  });
  const queueSeconds = new Histogram({
    name: 'qvac_gateway_queue_wait_seconds',
    help: 'Time that a call waited for its slot.',
    buckets: WAIT_BUCKETS,
    ...perModel,
  });
  const promptTokens = new Counter({
    name: 'qvac_gateway_prompt_tokens_total',
    help: 'Tokens of prompts and of embedded texts, by the engine, of calls that reached their end.',
    ...perModel,
  });
  const completionTokens = new Counter({
    name: 'qvac_gateway_completion_tokens_total',
    help: 'Tokens that were generated, by the engine, of calls that reached their end.',
    ...perModel,
  });

  const evictions = new Counter({
    name: 'qvac_gateway_evictions_total',
    help: 'Unloads of the model to make room for another.',
    ...perModel,
  });

  const state = new Gauge({
    name: 'qvac_gateway_model_state',
    help: '1 for the state that the model is in, 0 for all others.',
    labelNames: ['model', 'state'],
    registers,
  });
  const restarts = new Counter({
    name: 'qvac_gateway_model_restarts_total',
    help: 'Workers that were started because one had failed.',
    ...perModel,
  });
  const memory = new Gauge({
    name: 'qvac_gateway_model_memory_bytes',
    help: "Resident memory of the model's process. None if it has no process.",
    ...perModel,
  });
  const slots = new Gauge({
    name: 'qvac_gateway_slots',
    help: 'Calls that the model runs at once.',
    ...perModel,
  });
  const running = new Gauge({
    name: 'qvac_gateway_running_calls',
    help: 'Calls that have a slot.',
    ...perModel,
  });
  const queued = new Gauge({
    name: 'qvac_gateway_queue_length',
    help: 'Calls that wait for a slot.',
    ...perModel,
  });
  const perKey = { labelNames: ['key'] as const, registers };
  const keyRequests = new Counter({
    name: 'qvac_gateway_key_requests_total',
    help: 'Requests for answers of models, by the name of their key, with those that were refused.',
    ...perKey,
  });
  const keyRejected = new Counter({
    name: 'qvac_gateway_key_rejected_total',
    help: 'What was refused because of the limits of its key.',
    ...perKey,
  });
  const keyPromptTokens = new Counter({
    name: 'qvac_gateway_key_prompt_tokens_total',
    help: 'Tokens of prompts and of embedded texts, as the answers tell them.',
    ...perKey,
  });
  const keyCompletionTokens = new Counter({
    name: 'qvac_gateway_key_completion_tokens_total',
    help: 'Tokens that were generated, as the answers tell them.',
    ...perKey,
  });
  const keyRunning = new Gauge({
    name: 'qvac_gateway_key_running_requests',
    help: 'Requests for answers of models that are open.',
    ...perKey,
  });
  const names = registry.getMetricsAsArray().map(({ name }) => name);
  const keyUsages = new Map<string, KeyUsage>();
  let hasDefaults = false;

  function setModel({ alias: model, ...numbers }: ModelNumbers): void {
    for (const one of states) state.set({ model, state: one }, one === numbers.state ? 1 : 0);
    restarts.inc({ model }, numbers.restarts);
    if (numbers.memoryBytes !== undefined) memory.set({ model }, numbers.memoryBytes);
    slots.set({ model }, numbers.slots);
    running.set({ model }, numbers.running);
    queued.set({ model }, numbers.queued);
  }

  function setKey({ name: key, ...usage }: KeyUsage): void {
    keyRequests.inc({ key }, usage.requests);
    keyRejected.inc({ key }, usage.rejected);
    keyPromptTokens.inc({ key }, usage.promptTokens);
    keyCompletionTokens.inc({ key }, usage.completionTokens);
    keyRunning.set({ key }, usage.running);
  }

  return {
    contentType: registry.contentType,
    names,
    async read() {
      if (!hasDefaults) collectDefaultMetrics({ register: registry });
      hasDefaults = true;
      const models = await readModels();
      for (const metric of [state, restarts, memory]) metric.reset();
      for (const metric of [keyRequests, keyRejected, keyPromptTokens, keyCompletionTokens]) metric.reset();
      for (const model of models) setModel(model);
      for (const usage of keyUsages.values()) setKey(usage);
      return registry.metrics();
    },
    requestCompleted({ durationMs, ...labels }) {
      const { method, route } = labels;
      requests.inc(labels);
      requestSeconds.observe({ method, route }, durationMs / 1000);
    },
    evicted(model) {
      evictions.inc({ model });
    },
    usageOf(keyName = UNNAMED_KEY) {
      const usage = keyUsages.get(keyName) ?? createKeyUsage(keyName);
      keyUsages.set(keyName, usage);
      return usage;
    },
    observerOf(model) {
      const labels = { model };
      for (const histogram of [firstTokenSeconds, nextTokenSeconds, queueSeconds]) histogram.zero(labels);
      for (const counter of [promptTokens, completionTokens, evictions]) counter.inc(labels, 0);
      return {
        admitted: (waitMs) => queueSeconds.observe(labels, waitMs / 1000),
        firstToken: (afterMs) => firstTokenSeconds.observe(labels, afterMs / 1000),
        nextToken: (afterMs) => nextTokenSeconds.observe(labels, afterMs / 1000),
        counted(prompt, completion) {
          promptTokens.inc(labels, prompt);
          completionTokens.inc(labels, completion);
        },
      };
    },
  };
}
