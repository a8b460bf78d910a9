import type { FastifyInstance } from 'fastify';
import type { Fleet, FleetModel } from '../../models/fleet.js';
import type { LoadGate } from '../../models/load-gate.js';
import type { CallSnapshot } from '../../models/model-snapshot.js';
import type { CallStatus, GatewayStatus, KeyStatus, ModelStatus } from '../../protocol/status.js';
import type { KeyUsage } from '../../telemetry/key-usage.js';
import { mayUse } from '../keys/permitted-models.js';
import { MODEL_OPERATION } from './operations.js';
import { readMemory, sumUp, toReplicaStatus } from './replica-status.js';

/**
 * `GET /qvac/v1/status`: all models, calls and keys in one document. A key that is for some models sees these, and itself.
 *
 * @param usages of all keys.
 * @param missing aliases of the models that should be loaded and are not.
 */
export function statusRoute(
  app: FastifyInstance,
  fleet: Fleet,
  gate: LoadGate,
  missing: () => readonly string[],
  usages: () => readonly KeyUsage[],
): void {
  app.get('/qvac/v1/status', MODEL_OPERATION, async (request): Promise<GatewayStatus> => {
    const permitted = fleet.models().filter(({ host }) => mayUse(request, host.alias));
    const models = await Promise.all(permitted.map((model) => toModelStatus(model, gate)));
    const { clientKey } = request;
    const keys = clientKey?.isLimitedToModels ? [clientKey.usage] : usages();
    return {
      object: 'status',
      is_ready: !fleet.isStopping && missing().length === 0,
      is_stopping: fleet.isStopping,
      pid: process.pid,
      memory_bytes: process.memoryUsage.rss(),
      memory_budget_bytes: gate.room.budgetBytes,
      memory_reserved_bytes: gate.reservedBytes,
      started_at: new Date(performance.timeOrigin).toISOString(),
      uptime_seconds: Math.round(process.uptime()),
      models,
      keys: keys.map(toKeyStatus),
    };
  });
}

function toKeyStatus({ promptTokens, completionTokens, ...usage }: KeyUsage): KeyStatus {
  return { ...usage, prompt_tokens: promptTokens, completion_tokens: completionTokens };
}

async function toModelStatus({ host, category, threads }: FleetModel, gate: LoadGate): Promise<ModelStatus> {
  const memory = await readMemory(host.snapshot().replicas);
  const { download, ...model } = host.snapshot(); // after the wait: one moment for all but the memory
  const { estimateBytes, reservedBytes } = gate.memoryOf(host.alias);
  const replicas = model.replicas.map((replica) => toReplicaStatus(replica, memory));
  return {
    id: model.alias,
    category,
    state: model.state,
    state_since: model.stateSince.toISOString(),
    ...sumUp(replicas),
    memory_estimate_bytes: estimateBytes,
    memory_reserved_bytes: reservedBytes,
    expires_at: model.expiresAt?.toISOString() ?? null,
    replicas,
    threads,
    download: download
      ? {
          downloaded_bytes: download.downloadedBytes,
          total_bytes: download.totalBytes || null,
          seconds_left: download.secondsLeft ?? null,
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
