import { z } from 'zod';
import { DURATION_FORM, parseDuration } from '../protocol/duration.js';
import { MODEL_TYPE_ALIASES, MODEL_TYPES } from '../protocol/model-types.js';
import { MAX_TIMER_MS } from '../protocol/timer-limit.js';
import { BYTE_SIZE_ADVICE, parseByteSize } from './byte-size.js';
import { MODEL_DEFAULTS } from './model-defaults.js';

/** How long a model stays loaded without a request, as it is written. */
export const keepAlive = z
  .union([z.string(), z.number()])
  .refine((written) => parseDuration(written) !== undefined, `must be ${DURATION_FORM}`);

const delegate = z.strictObject({
  providerPublicKey: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hexadecimal digits, as qvac provide prints them')
    .describe(
      'Public key of the peer that runs the model, 64 hexadecimal digits, as `qvac provide` prints it.',
    ),
  fallbackToLocal: z
    .boolean()
    .default(false)
    .describe('Load the model here if the peer cannot be reached when it is loaded. Default: false.'),
  timeout: z
    .int()
    .min(100)
    .max(MAX_TIMER_MS)
    .optional()
    .describe(
      'How long connecting to the peer may take, and then its load, each, in milliseconds. Default: no limit but loadTimeoutMs.',
    ),
});

/** What an entry may say of how its model is served here. */
export const modelSettings = {
  default: z
    .boolean()
    .default(MODEL_DEFAULTS.default)
    .describe(
      'Answer requests without a `model` field, for the kind of endpoint that this model serves. At most one model per kind. Default: false.',
    ),
  preload: z
    .boolean()
    .default(MODEL_DEFAULTS.preload)
    .describe('Load before the port answers, instead of at the first request (cold start). Default: false.'),
  pinned: z
    .boolean()
    .default(MODEL_DEFAULTS.pinned)
    .describe('Never unload this model to make room for another. Default: false.'),
  keepAlive: keepAlive
    .optional()
    .describe(
      'How long this model stays loaded without a request, as "5m" or a number of seconds; 0 unloads it when its last request has ended, -1 never. Default: serve.keepAlive.',
    ),
  replicas: z
    .int()
    .min(1)
    .max(64)
    .default(MODEL_DEFAULTS.replicas)
    .describe(
      'Workers that answer for this model, each with the model in its own memory. A request goes to the one with the fewest. Default: 1.',
    ),
  queue: z
    .int()
    .min(0)
    .max(10_000)
    .default(MODEL_DEFAULTS.queue)
    .describe(
      'Requests that may wait for this model, count. One more is answered with 429 queue_full. Default: 64.',
    ),
  loadTimeoutMs: z
    .int()
    .min(1_000)
    .max(MAX_TIMER_MS)
    .default(MODEL_DEFAULTS.loadTimeoutMs)
    .describe(
      'How long a load may take, downloads not included, in milliseconds. Then the worker is ended. Default: 900000, 15 minutes.',
    ),
  stallTimeoutMs: z
    .int()
    .min(1_000)
    .max(MAX_TIMER_MS)
    .default(MODEL_DEFAULTS.stallTimeoutMs)
    .describe(
      'How long the engine may neither answer nor use the CPU while a request runs, in milliseconds. Then it counts as hung, and is replaced. Default: 60000, a minute.',
    ),
  kvCache: z
    .string()
    .refine((text) => parseByteSize(text) !== undefined, BYTE_SIZE_ADVICE)
    .optional()
    .describe(
      'Disk that the conversations of a chat model may take which it keeps, so that only what is new of them is computed, with its unit, as 2GB. Default: none is kept.',
    ),
  delegate: delegate
    .optional()
    .describe('Run this chat model on another peer, over Hyperswarm. Default: it runs here.'),
  config: z
    .record(z.string(), z.unknown())
    .default({})
    .describe(
      "Passed to the engine: the SDK's modelConfig for this model type, and `threads` (CPU threads, count) for llamacpp models. Default: {}.",
    ),
};

/** A constant of the SDK, which tells source and type. */
export const constantName = z
  .string()
  .min(1)
  .describe(
    'Name of a model constant of @qvac/sdk, for example QWEN3_600M_INST_Q4. It tells source and type.',
  );

export const constantModel = z
  .strictObject({ model: constantName, ...modelSettings })
  .describe("A model of the SDK's registry.");

export const sourceModel = z
  .strictObject({
    src: z
      .string()
      .min(1)
      .describe(
        'Where the weights are: a path (relative to this file, or ~/…), or a http(s)://, pear:// or registry:// URL.',
      ),
    type: z
      .enum([...Object.keys(MODEL_TYPE_ALIASES), ...MODEL_TYPES])
      .describe('Model type of the SDK, canonical or short: llamacpp-completion or llm.'),
    sha256: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hexadecimal digits, as sha256sum prints them')
      .optional()
      .describe(
        'SHA-256 of the file at a http(s):// URL, 64 hexadecimal digits. A download that has another is removed. Default: none, not checked.',
      ),
    ...modelSettings,
  })
  .describe('A model of your own.');
