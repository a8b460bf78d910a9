import type { FastifyInstance } from 'fastify';
import type { Fleet, FleetModel } from '../../models/fleet.js';
import type { LoadGate } from '../../models/load-gate.js';
import type { CallSnapshot } from '../../models/model-snapshot.js';
import type { CallStatus, GatewayStatus, ModelStatus } from '../../protocol/status.js';
import { OPERATION } from './operations.js';
import { readMemory, sumUp, toReplicaStatus } from './replica-status.js';

/**
 * `GET /qvac/v1/status`: all models and calls in one document.
 *
 * @param missing aliases of the models that should be loaded and are not.
 */
export function statusRoute(
  app: FastifyInstance,
  fleet: Fleet,
  gate: LoadGate,
  missing: () => readonly string[],
): void {
  app.get('/qvac/v1/status', OPERATION, async (): Promise<GatewayStatus> => {
    const models = await Promise.all(fleet.models().map((model) => toModelStatus(model, gate)));
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
    };
  });
}

async function toModelStatus({ host, category, threads }: FleetModel, gate: LoadGate): Promise<ModelStatus> {
  const memory = await readMemory(host.snapshot().replicas);
  const model = host.snapshot(); // after the wait: one moment for all but the memory
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
    slots: model.slots,
    queue_limit: model.queueLimit,
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
