import type { ModelExit, ReplicaSnapshot } from '../../models/model-snapshot.js';
import { processUsage } from '../../pool/process-usage.js';
import type { ExitStatus, ModelStatus, ReplicaStatus } from '../../protocol/status.js';

/** Bytes by process id. */
type Memory = ReadonlyMap<number, number>;

/** Resident memory of the replicas' processes, in bytes. */
export async function readMemory(replicas: readonly ReplicaSnapshot[]): Promise<Memory> {
  const pids = replicas.flatMap(({ pid }) => pid ?? []);
  const read = await Promise.all(
    pids.map(async (pid) => [pid, (await processUsage(pid))?.memoryBytes ?? 0] as const),
  );
  return new Map(read);
}

/** A replica as the status document has it. */
export function toReplicaStatus(replica: ReplicaSnapshot, memory: Memory): ReplicaStatus {
  const { lastExit, pid } = replica;
  return {
    state: replica.state,
    state_since: replica.stateSince.toISOString(),
    loaded_at: replica.loadedAt?.toISOString() ?? null,
    incarnation: replica.incarnation,
    restarts: replica.restarts,
    pid: pid ?? null,
    memory_bytes: (pid !== undefined && memory.get(pid)) || null,
    running: replica.running,
    last_exit: lastExit ? toExitStatus(lastExit) : null,
    ...(replica.target !== undefined && { target: replica.target }),
  };
}

/** What the status document tells of all replicas of a model together. */
export function sumUp(
  replicas: readonly ReplicaStatus[],
): Pick<ModelStatus, 'loaded_at' | 'incarnation' | 'restarts' | 'pid' | 'memory_bytes' | 'last_exit'> {
  const exits = replicas.flatMap(({ last_exit }) => last_exit ?? []);
  return {
    loaded_at: replicas.flatMap(({ loaded_at }) => loaded_at ?? []).sort()[0] ?? null,
    incarnation: sum(replicas.map(({ incarnation }) => incarnation)),
    restarts: sum(replicas.map(({ restarts }) => restarts)),
    pid: replicas.find(({ pid }) => pid !== null)?.pid ?? null,
    memory_bytes: sum(replicas.map(({ memory_bytes }) => memory_bytes ?? 0)) || null,
    last_exit: exits.sort((one, other) => other.at.localeCompare(one.at))[0] ?? null,
  };
}

function toExitStatus({ code, reason, stderrTail, at }: ModelExit): ExitStatus {
  return { code, reason, stderr_tail: stderrTail, at: at.toISOString() };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
