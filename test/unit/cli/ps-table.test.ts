import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toPsTable } from '../../../src/cli/ps-table.js';
import type { GatewayStatus, ModelStatus } from '../../../src/protocol/status.js';

const NOW = Date.parse('2030-01-02T00:00:00Z');
const CALL = { id: 'req_1', kind: 'chat', received_at: '2030-01-01T23:59:00Z' };
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
  replicas: [],
  threads: 1,
  slots: 2,
  queue_limit: 64,
  tokens: { prompt_total: 0, completion_total: 0 },
  calls: [],
  queue: [],
};
const status = (...models: ModelStatus[]): GatewayStatus => ({
  object: 'status',
  is_ready: true,
  is_stopping: false,
  pid: 1,
  memory_bytes: 1,
  memory_budget_bytes: 1,
  memory_reserved_bytes: 0,
  started_at: '2030-01-01T00:00:00Z',
  uptime_seconds: 1,
  models,
  keys: [],
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
    toPsTable(status(MODEL, busy), NOW),
    [
      'MODEL          STATE    CALLS  QUEUE  MEMORY  SINCE  RESTARTS  LAST EXIT',
      'a              ready    0/2    0      -       1s     0         -',
      'org/long-name  backoff  1/2    1      512 MB  3h     3         3d ago: it was killed',
      '',
    ].join('\n'),
  );
});

test('what an engine said cannot steer the terminal', () => {
  const last_exit = { code: 'x', reason: 'a\u001b[2J\nb', stderr_tail: [], at: '2030-01-01T23:00:00Z' };
  const table = toPsTable(status({ ...MODEL, last_exit }), NOW);
  assert.ok(table.endsWith(' 1h ago: a [2J b\n'), table);
});
