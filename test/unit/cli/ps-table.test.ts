import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toPsTable } from '../../../src/cli/ps-table.js';
import type { Sample } from '../../../src/cli/token-rate.js';
import type { ModelStatus, ReplicaStatus } from '../../../src/protocol/status.js';

const NOW = Date.parse('2030-01-02T00:00:00Z');
const CALL = { id: 'req_1', kind: 'chat', received_at: '2030-01-01T23:59:00Z' };
const REPLICA: ReplicaStatus = {
  state: 'ready',
  state_since: '2030-01-01T23:59:59Z',
  loaded_at: null,
  incarnation: 1,
  restarts: 0,
  pid: null,
  memory_bytes: null,
  running: 0,
  last_exit: null,
};
const MODEL: ModelStatus = {
  id: 'a',
  category: 'chat',
  state: 'ready',
  state_since: '2030-01-01T23:59:59Z',
  loaded_at: null,
  incarnation: 1,
  restarts: 0,
  pid: null,
  memory_bytes: null,
  memory_estimate_bytes: 0,
  memory_reserved_bytes: 0,
  expires_at: null,
  download: null,
  last_exit: null,
  replicas: [REPLICA, REPLICA],
  threads: 1,
  slots: 2,
  queue_limit: 64,
  tokens: { prompt_total: 0, completion_total: 0 },
  calls: [],
  queue: [],
};
const sample = (at: number, ...models: ModelStatus[]): Sample => ({
  at,
  status: {
    object: 'status',
    is_ready: true,
    is_stopping: false,
    pid: 1,
    memory_bytes: 1,
    memory_budget_bytes: 2_048 * 1024 * 1024,
    memory_reserved_bytes: 600 * 1024 * 1024,
    started_at: '2030-01-01T00:00:00Z',
    uptime_seconds: 1,
    models,
    keys: [],
  },
});

test('a row per model, in columns', () => {
  const busy: ModelStatus = {
    ...MODEL,
    id: 'org/long-name',
    state: 'backoff',
    state_since: '2030-01-01T21:00:00Z',
    memory_bytes: 512 * 1024 * 1024,
    restarts: 3,
    calls: [{ ...CALL, started_at: null }],
    queue: [{ ...CALL, position: 1 }],
    last_exit: {
      code: 'worker_crashed',
      reason: 'it was killed',
      stderr_tail: [],
      at: '2029-12-30T00:00:00Z',
    },
  };
  assert.equal(
    toPsTable(sample(0, { ...MODEL, expires_at: '2030-01-02T00:04:30Z' }, busy), undefined, NOW),
    [
      'MODEL          STATE    CALLS  QUEUE  TOKENS/S  MEMORY  THREADS  SINCE  UNLOADED  RESTARTS  LAST EXIT',
      'a              ready    0/2    0      -         -       2        1s     in 4m     0         -',
      'org/long-name  backoff  1/2    1      -         512 MB  2        3h     -         3         3d ago: it was killed',
      '',
      'Memory kept for models: 600 MB of 2048 MB',
      '',
    ].join('\n'),
  );
});

test('a model elsewhere has no threads here', () => {
  assert.match(
    toPsTable(sample(0, { ...MODEL, threads: 0 }), undefined, NOW),
    /^a +ready +0\/2 +0 +- +- +- +1s /m,
  );
});

test('what an engine said cannot steer the terminal', () => {
  const last_exit = { code: 'x', reason: 'a\u001b[2J\nb', stderr_tail: [], at: '2030-01-01T23:00:00Z' };
  const table = toPsTable(sample(0, { ...MODEL, last_exit }), undefined, NOW);
  assert.match(table, / 1h ago: a \[2J b\n\nMemory/);
});

const counted = (completion_total: number, alias = 'a') =>
  ({ ...MODEL, id: alias, tokens: { completion_total } }) as ModelStatus;
const rates = (before: Sample, now: Sample) =>
  toPsTable(now, before, NOW)
    .split('\n')
    .slice(1, -3)
    .map((row) => row.split(/ +/)[4]);

test('tokens per second are those between two looks', () => {
  const before = sample(500, counted(100), counted(7, 'b'));
  assert.deepEqual(rates(before, sample(2_500, counted(151), counted(7, 'b'))), ['25.5', '0.0']);
});

test('where there was no look before, or a new gateway or model counts, there is no number', () => {
  assert.deepEqual(rates(sample(0), sample(1_000, counted(100))), ['-']);
  const later = sample(1_000, counted(100));
  const restarted = { ...later, status: { ...later.status, pid: 2 } };
  assert.deepEqual(rates(sample(0, counted(50)), restarted), ['-']);
  assert.deepEqual(rates(sample(0, counted(500)), later), ['-']);
});
