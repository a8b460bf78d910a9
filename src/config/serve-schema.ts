import { z } from 'zod';
import { MAX_TIMER_MS } from '../protocol/timer-limit.js';
import { apiKey } from './api-key-schema.js';
import { ORIGIN_ADVICE, toOrigin } from './cors-origin.js';
import { IMAGE_HOST_ADVICE, toImageHost } from './image-host.js';
import { MEMORY_BUDGET_ADVICE, parseMemoryBudget } from './memory-budget.js';
import { modelAlias } from './model-alias-schema.js';
import { constantModel, constantName, keepAlive, sourceModel } from './model-entry-schema.js';
import { remoteCatalog, remoteModel, routedModel } from './remote-entry-schema.js';

const corsOrigin = z.string().refine((text) => toOrigin(text) !== undefined, ORIGIN_ADVICE);

const imageHost = z.string().refine((text) => toImageHost(text) !== undefined, IMAGE_HOST_ADVICE);

/** The section `serve`. */
export const serve = z.strictObject({
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
    .max(MAX_TIMER_MS)
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
