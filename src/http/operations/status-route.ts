import type { FastifyInstance } from 'fastify';
import type { Fleet, FleetModel } from '../../models/fleet.js';
import type { CallSnapshot } from '../../models/model-snapshot.js';
import { processUsage } from '../../pool/process-usage.js';
import type { CallStatus, GatewayStatus, ModelStatus } from '../../protocol/status.js';
import { OPERATION } from './operations.js';

/**
 * `GET /qvac/v1/status`: all models and calls in one document.
 *
 * @param missing aliases of the models that should be loaded and are not.
 */
export function statusRoute(app: FastifyInstance, fleet: Fleet, missing: () => readonly string[]): void {
  app.get('/qvac/v1/status', OPERATION, async (): Promise<GatewayStatus> => {
    const models = await Promise.all(fleet.models().map(toModelStatus));
    return {
      object: 'status',
      is_ready: !fleet.isStopping && missing().length === 0,
      is_stopping: fleet.isStopping,
      pid: process.pid,
      memory_bytes: process.memoryUsage.rss(),
      started_at: new Date(performance.timeOrigin).toISOString(),
      uptime_seconds: Math.round(process.uptime()),
      models,
    };
  });
}

async function toModelStatus({ host, category }: FleetModel): Promise<ModelStatus> {
  const { pid } = host;
  const usage = pid === undefined ? undefined : await processUsage(pid);
  const { lastExit, ...model } = host.snapshot(); // after the wait: one moment for all but the memory
  return {
    id: model.alias,
    category,
    state: model.state,
    state_since: model.stateSince.toISOString(),
    loaded_at: model.loadedAt?.toISOString() ?? null,
    incarnation: model.incarnation,
    restarts: model.restarts,
    pid: model.pid ?? null,
    memory_bytes: (model.pid === pid && usage?.memoryBytes) || null,
    last_exit: lastExit
      ? {
          code: lastExit.code,
          reason: lastExit.reason,
          stderr_tail: lastExit.stderrTail,
          at: lastExit.at.toISOString(),
        }
      : null,
    slots: model.slots,
    queue_limit: model.queueLimit,
    tokens: { prompt_total: model.tokens.prompt, completion_total: model.tokens.completion },
    calls: model.calls.map((call) => ({
      ...toCallStatus(call),
      started_at: call.startedAt?.toISOString() ?? null,
    })),
    queue: model.queue.map((call, index) => ({ ...toCallStatus(call), position: index + 1 })),
  };
}

function toCallStatus({ id, kind, receivedAt }: CallSnapshot): CallStatus {
  return { id, kind, received_at: receivedAt.toISOString() };
}
