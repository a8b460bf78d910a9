import { z } from 'zod';
import { MAX_TIMER_MS } from '../protocol/timer-limit.js';
import { API_KEY_ADVICE, API_KEY_FORM } from './api-key-form.js';
import { modelSettings } from './model-entry-schema.js';
import { HEADER_NAME, HEADER_NAME_ADVICE, REMOTE_CATEGORIES, REMOTE_DEFAULTS } from './remote-defaults.js';
import { REMOTE_URL_ADVICE, toRemoteUrl } from './remote-url.js';

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
    .max(MAX_TIMER_MS)
    .default(REMOTE_DEFAULTS.connectTimeoutMs)
    .describe('How long connecting to the remote may take, in milliseconds. Default: 5000.'),
  headersTimeoutMs: z
    .int()
    .min(1)
    .max(MAX_TIMER_MS)
    .default(REMOTE_DEFAULTS.headersTimeoutMs)
    .describe(
      'How long the remote may take to begin its answer, in milliseconds. A blocking completion begins when it is whole. Default: 600000, 10 minutes.',
    ),
  idleTimeoutMs: z
    .int()
    .min(1)
    .max(MAX_TIMER_MS)
    .default(REMOTE_DEFAULTS.idleTimeoutMs)
    .describe(
      'How long the remote may be silent within an answer, in milliseconds. Default: 300000, 5 minutes.',
    ),
  probeIntervalMs: z
    .int()
    .min(100)
    .max(MAX_TIMER_MS)
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

/** Another server, of which all models are offered. */
export const remoteCatalog = z
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
