import { z } from 'zod';
import type { ReloadReport } from '../../protocol/reload.js';
import type { GatewayStatus } from '../../protocol/status.js';
import { modelStateSchema } from '../openai/models-reply-schema.js';

/** What the routes of this folder answer, as schemas. */

const count = z.int().nonnegative();
const name = z.string().min(1);
const time = z.iso.datetime();

const call = {
  id: name.describe("Its request's id."),
  kind: name,
  received_at: time,
};

const worker = {
  state: modelStateSchema,
  state_since: time,
  loaded_at: time.nullable(),
  incarnation: count,
  restarts: count,
  pid: count.nullable(),
  memory_bytes: count.nullable(),
  last_exit: z
    .strictObject({ code: name, reason: z.string(), stderr_tail: z.array(z.string()), at: time })
    .nullable(),
};

const modelStatus = z.strictObject({
  id: name,
  category: name,
  ...worker,
  memory_estimate_bytes: count,
  memory_reserved_bytes: count,
  expires_at: time.nullable(),
  replicas: z.array(z.strictObject({ ...worker, running: count, target: name.optional() })),
  threads: count,
  download: z
    .strictObject({
      downloaded_bytes: count,
      total_bytes: count.nullable(),
      seconds_left: count.nullable(),
    })
    .nullable(),
  slots: count,
  queue_limit: count,
  tokens: z.strictObject({ prompt_total: count, completion_total: count }),
  calls: z.array(z.strictObject({ ...call, started_at: time.nullable() })),
  queue: z.array(z.strictObject({ ...call, position: count })),
});

const keyStatus = z.strictObject({
  name,
  requests: count,
  rejected: count,
  prompt_tokens: count,
  completion_tokens: count,
  running: count,
});

/** `GET /qvac/v1/status`. */
export const statusSchema = z
  .strictObject({
    object: z.literal('status'),
    is_ready: z.boolean(),
    is_stopping: z.boolean(),
    pid: count,
    memory_bytes: count,
    memory_budget_bytes: count,
    memory_reserved_bytes: count,
    started_at: time,
    uptime_seconds: count,
    models: z.array(modelStatus),
    keys: z.array(keyStatus),
  })
  .meta({ id: 'Status' }) satisfies z.ZodType<GatewayStatus>;

const change = { at: time, model: name, state: modelStateSchema };

/** An event of `GET /qvac/v1/events`. */
export const eventSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('state'), ...change }),
    z.strictObject({
      type: z.literal('change'),
      ...change,
      replica: count.optional().describe('Of several, from 1.'),
      from: modelStateSchema,
      event: name.describe('What changed it.'),
      reason: z.string().optional(),
    }),
  ])
  .meta({ id: 'ModelEvent' });

/** What `GET /qvac/v1/logs` may be asked. */
export const logsQuerySchema = z.object({
  model: z.string().optional().describe('Only lines about this model.'),
  limit: z.coerce.number().int().min(0).max(1_000).default(100).describe('Lines, at most.'),
  follow: z
    .enum(['true', 'false'])
    .default('false')
    .describe('`true`: the next lines too, as they are written.'),
});

/** A line of the log. */
export const logLineSchema = z
  .looseObject({ time, level: name, msg: z.string(), model: name.optional() })
  .meta({ id: 'LogLine' });

/** `GET /qvac/v1/logs`. */
export const logsSchema = z.strictObject({ object: z.literal('list'), data: z.array(logLineSchema) });

const names = z.array(name);

/** `POST /qvac/v1/reload`. */
export const reloadSchema = z
  .strictObject({
    object: z.literal('reload'),
    added: names,
    removed: names,
    restarted: names,
    updated: names,
    unchanged: names,
    settings: names,
    needs_restart: names,
  })
  .meta({ id: 'Reload' }) satisfies z.ZodType<ReloadReport>;

export const healthSchema = z.strictObject({ status: z.literal('ok') });
export const readySchema = z.strictObject({ status: z.literal('ready') });

export const loadedSchema = z.strictObject({
  id: name,
  object: z.literal('model'),
  state: modelStateSchema,
});

export const cancelledSchema = z.strictObject({
  id: name,
  object: z.literal('call'),
  cancelled: z.literal(true),
});
