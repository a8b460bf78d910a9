import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toTopPage } from '../../../src/cli/top-page.js';
import type { GatewayStatus } from '../../../src/protocol/status.js';

const status: GatewayStatus = {
  object: 'status',
  is_ready: true,
  is_stopping: false,
  pid: 1,
  memory_bytes: 100 * 1024 * 1024,
  memory_budget_bytes: 0,
  memory_reserved_bytes: 0,
  started_at: '2030-01-01T00:00:00Z',
  uptime_seconds: 90_000,
  models: [],
  keys: [],
};
const page = (problem?: string) =>
  toTopPage('http://x', { now: { status, at: 0 }, before: undefined, problem }, 0);

test('what is wrong stands above the models, of which there may be more than fit', () => {
  assert.deepEqual(page().slice(0, 2), ['http://x  ready, up 1d 1h, gateway 100 MB', 'q: quit']);
  assert.equal(page('error: no\x1b[2J gateway')[1], 'error: no[2J gateway');
});
