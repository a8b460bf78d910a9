import { z } from 'zod';
import { DURATION_FORM, parseDuration } from '../protocol/duration.js';
import { MODEL_TYPE_ALIASES, MODEL_TYPES } from '../protocol/model-types.js';
import { API_KEY_ADVICE, API_KEY_FORM } from './api-key-form.js';
import { BYTE_SIZE_ADVICE, parseByteSize } from './byte-size.js';
import { ORIGIN_ADVICE, toOrigin } from './cors-origin.js';
import { IMAGE_HOST_ADVICE, toImageHost } from './image-host.js';
import { MEMORY_BUDGET_ADVICE, parseMemoryBudget } from './memory-budget.js';
import { MODEL_DEFAULTS } from './model-defaults.js';
import { HEADER_NAME, HEADER_NAME_ADVICE, REMOTE_CATEGORIES, REMOTE_DEFAULTS } from './remote-defaults.js';
import { REMOTE_URL_ADVICE, toRemoteUrl } from './remote-url.js';
import { SDK_CONFIG_SHAPE } from './sdk-config-shape.js';

const modelAlias = z
  .string()
  .min(1)
  .max(128)
  .regex(/^(?!\s)\P{Cc}*(?<!\s)$/u, 'an alias cannot begin or end with a space, nor hold a control character')
  .describe(
    'Name that HTTP clients use in the `model` field. 1 to 128 characters; slashes and colons are fine.',
  );

const constantName = z
  .string()
  .min(1)
  .describe(
    'Name of a model constant of @qvac/sdk, for example QWEN3_600M_INST_Q4. It tells source and type.',
  );

/** What a timer can count: about 24 days. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

const keepAlive = z
  .union([z.string(), z.number()])
  .refine((written) => parseDuration(written) !== undefined, `must be ${DURATION_FORM}`);

const modelSettings = {
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
    .max(MAX_TIMEOUT_MS)
    .default(MODEL_DEFAULTS.loadTimeoutMs)
    .describe(
      'How long a load may take, downloads not included, in milliseconds. Then the worker is ended. Default: 900000, 15 minutes.',
    ),
  stallTimeoutMs: z
    .int()
    .min(1_000)
    .max(MAX_TIMEOUT_MS)
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
  delegate: z
    .strictObject({
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
        .max(MAX_TIMEOUT_MS)
        .optional()
        .describe(
          'How long connecting to the peer may take, and then its load, each, in milliseconds. Default: no limit but loadTimeoutMs.',
        ),
    })
    .optional()
    .describe('Run this chat model on another peer, over Hyperswarm. Default: it runs here.'),
  config: z
    .record(z.string(), z.unknown())
    .default({})
    .describe(
      "Passed to the engine: the SDK's modelConfig for this model type, and `threads` (CPU threads, count) for llamacpp models. Default: {}.",
    ),
};

const constantModel = z
  .strictObject({ model: constantName, ...modelSettings })
  .describe("A model of the SDK's registry.");

const sourceModel = z
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

const remoteServer = {
  url: z
    .string()
    .refine((text) => toRemoteUrl(text) !== undefined, REMOTE_URL_ADVICE)
    .describe('Address of an OpenAI-compatible API, with its path: http://gpu-server:11434/v1.'),
  apiKey: z
    .string()
    .regex(API_KEY_FORM, API_KEY_ADVICE)
    .optional()
    .describe('Key that the remote wants, sent to it as a Bearer token. Default: none.'),
  headers: z
    .record(z.string(), z.string().regex(/^[\x20-\x7e]*$/, 'must be printable ASCII'))
    .refine((headers) => Object.keys(headers).every((name) => HEADER_NAME.test(name)), HEADER_NAME_ADVICE)
    .default({})
    .describe('Further headers for the remote, by name. Default: none.'),
  connectTimeoutMs: z
    .int()
    .min(1)
    .max(MAX_TIMEOUT_MS)
    .default(REMOTE_DEFAULTS.connectTimeoutMs)
    .describe('How long connecting to the remote may take, in milliseconds. Default: 5000.'),
  headersTimeoutMs: z
    .int()
    .min(1)
    .max(MAX_TIMEOUT_MS)
    .default(REMOTE_DEFAULTS.headersTimeoutMs)
    .describe(
      'How long the remote may take to begin its answer, in milliseconds. A blocking completion begins when it is whole. Default: 600000, 10 minutes.',
    ),
  idleTimeoutMs: z
    .int()
    .min(1)
    .max(MAX_TIMEOUT_MS)
    .default(REMOTE_DEFAULTS.idleTimeoutMs)
    .describe(
      'How long the remote may be silent within an answer, in milliseconds. Default: 300000, 5 minutes.',
    ),
  probeIntervalMs: z
    .int()
    .min(100)
    .max(MAX_TIMEOUT_MS)
    .default(REMOTE_DEFAULTS.probeIntervalMs)
    .describe(
      'How often the gateway looks whether the remote is there, by GET /models, in milliseconds. Default: 5000.',
    ),
};

const remoteSlots = z
  .int()
  .min(1)
  .max(10_000)
  .default(REMOTE_DEFAULTS.slots)
  .describe('Requests that the remote gets at once of one model, count. Others wait. Default: 64.');

const remoteName = z.string().min(1).describe('Name that the model has at the remote.');

const routing = {
  category: z
    .enum(REMOTE_CATEGORIES)
    .optional()
    .describe('Kind of endpoint that the model serves. Default: any, the remote knows.'),
  default: modelSettings.default,
  queue: modelSettings.queue,
};

/** A model of another server. */
export const remoteModel = z
  .strictObject({ ...remoteServer, model: remoteName, slots: remoteSlots, ...routing })
  .describe('A model of another server.');

/** A model with several targets. */
export const routedModel = z
  .strictObject({
    targets: z
      .array(
        z.union([
          z.strictObject({ ...remoteServer, model: remoteName, slots: remoteSlots }),
          z.strictObject({ alias: z.string().min(1).describe('Alias of a model of this gateway.') }),
        ]),
      )
      .min(1, 'must name at least one target')
      .describe('Where requests go: models of other servers, and of this one by their alias.'),
    order: z
      .enum(['priority', 'least-busy'])
      .default('priority')
      .describe(
        'Which target gets a request: the first that has a free slot, or the one with the smallest share of its slots taken. Default: priority.',
      ),
    ...routing,
  })
  .describe('A model with several targets.');

const remoteCatalog = z
  .strictObject({
    ...remoteServer,
    prefix: z
      .string()
      .max(64)
      .regex(/^\P{Cc}*$/u, 'cannot hold a control character')
      .default('')
      .describe("Stands before the names of the remote's models. Default: none."),
    include: z
      .array(z.string().min(1))
      .default([])
      .describe('Models that are offered, by their names there; * is any text. Default: all.'),
    exclude: z
      .array(z.string().min(1))
      .default([])
      .describe('Models that are not offered, likewise. Default: none.'),
    slots: remoteSlots,
    queue: modelSettings.queue,
  })
  .describe('Another server of which all models are offered.');

const keyText = z.string().regex(API_KEY_FORM, API_KEY_ADVICE);

const apiKey = z.union([
  keyText,
  z.strictObject({
    name: z.string().min(1).describe('Whose key it is. Logs, metrics and status tell it.'),
    key: keyText.describe('The key.'),
    models: z
      .array(modelAlias)
      .min(1, 'must name at least one model; without it the key is for all')
      .optional()
      .describe(
        'Aliases of the models that it may use, see, load and unload. Others are answered with 403 model_not_allowed. Default: all.',
      ),
    maxConcurrent: z
      .int()
      .min(1)
      .optional()
      .describe(
        'Requests for answers of models that may be open at once with this key, waiting ones included, count. One more is answered with 429 rate_limit_exceeded. Default: any number.',
      ),
    requestsPerMinute: z
      .int()
      .min(1)
      .optional()
      .describe(
        'Requests for answers of models in a minute that begins with the first, count. One more is answered with 429 rate_limit_exceeded. Default: any number.',
      ),
  }),
]);

const corsOrigin = z.string().refine((text) => toOrigin(text) !== undefined, ORIGIN_ADVICE);

const imageHost = z.string().refine((text) => toImageHost(text) !== undefined, IMAGE_HOST_ADVICE);

const serve = z.strictObject({
  host: z
    .string()
    .regex(/^[^\s/]+$/, 'must be a host name or an IP address, without http:// and without a port')
    .default('127.0.0.1')
    .describe('Address to listen on. Host name or IP address. Default: 127.0.0.1, this machine only.'),
  port: z
    .int()
    .min(0)
    .max(65535)
    .default(11434)
    .describe('Port to listen on. 0 picks a free one. Default: 11434.'),
  apiKeys: z
    .array(apiKey)
    .default([])
    .describe(
      'Keys of which clients must send one as their Bearer token, each a string or an object with name and key, which may have limits. Default: none, no key is needed.',
    ),
  cors: z
    .union([
      z.boolean(),
      z.strictObject({
        origins: z
          .array(corsOrigin)
          .min(1, 'must name at least one origin')
          .describe('Origins whose pages may call the API, each as https://app.example.com.'),
      }),
    ])
    .default(false)
    .describe(
      'Whether web pages may call the API: true for those of any origin, or an object with origins. Default: false.',
    ),
  listModels: z
    .enum(['loaded', 'configured'])
    .default('loaded')
    .describe(
      'What GET /v1/models lists: the models that are loaded, or all that are configured, for clients whose picker should show those that load on demand. Default: loaded.',
    ),
  imageHosts: z
    .array(imageHost)
    .default([])
    .describe(
      'Hosts from which the gateway may fetch images that chat messages name by their http(s) URL, each with a port if it is not the usual one. Default: none, images come in data URLs.',
    ),
  requestTimeoutMs: z
    .int()
    .min(1)
    .max(MAX_TIMEOUT_MS)
    .optional()
    .describe(
      'How long a request may take, waiting for the model included, in milliseconds. Then it is cancelled, with 504 deadline_exceeded. A request may say otherwise by its header x-request-timeout-ms. Default: as long as it needs.',
    ),
  memory: z
    .strictObject({
      budget: z
        .string()
        .refine((text) => parseMemoryBudget(text) !== undefined, MEMORY_BUDGET_ADVICE)
        .default('80%')
        .describe(
          'What all models together may take: a share of the memory of the machine, or of the container, as "80%", or a size as "24GB" or "512MB". Default: 80%.',
        ),
    })
    .prefault({})
    .describe('How much memory models may take.'),
  maxLoaded: z
    .int()
    .min(1)
    .optional()
    .describe(
      'Models that may be loaded at once, count. One more is loaded when an idle one can be unloaded for it. Default: as many as fit into the memory.',
    ),
  keepAlive: keepAlive
    .default(-1)
    .describe(
      'How long models stay loaded without a request, as "5m" or a number of seconds; 0 unloads a model when its last request has ended, -1 never. A request may say otherwise by its field keep_alive. Default: -1.',
    ),
  models: z
    .record(modelAlias, z.union([constantName, constantModel, sourceModel, remoteModel, routedModel]))
    .default({})
    .describe(
      'The models that the gateway serves, by alias. Other models are answered with 404. Default: none.',
    ),
  remotes: z
    .array(remoteCatalog)
    .default([])
    .describe('Other OpenAI-compatible servers of which all models are offered too. Default: none.'),
});

/** The whole of `qvac.config.*`: every key, its default and its unit. Unknown keys are errors. */
export const configSchema = z
  .strictObject({
    $schema: z
      .string()
      .optional()
      .describe('Where an editor finds the JSON schema of this file. Otherwise ignored.'),
    ...SDK_CONFIG_SHAPE,
    serve: serve.prefault({}).describe('The HTTP gateway, `qvac serve openai`.'),
  })
  .meta({ title: 'qvac.config', description: 'Configuration of qvac-gateway and of @qvac/sdk.' });

/** A config as a user writes it. */
export type QvacConfig = z.input<typeof configSchema>;

/** One entry of `serve.models`, defaults filled in. */
type AnyEntry = z.output<typeof serve>['models'][string];

/** One whose calls go elsewhere. */
export type RoutedEntry = z.output<typeof remoteModel> | z.output<typeof routedModel>;

/** One that is served here. */
export type ModelEntry = Exclude<AnyEntry, RoutedEntry>;

/** One entry of `serve.remotes`, defaults filled in. */
export type RemoteEntry = z.output<typeof remoteCatalog>;

/** Whether the calls of a model go elsewhere. */
export function isRouted(entry: AnyEntry): entry is RoutedEntry {
  return typeof entry === 'object' && ('url' in entry || 'targets' in entry);
}

/** `serve.cors`, as it is written. */
export type WrittenCors = z.output<typeof serve>['cors'];
