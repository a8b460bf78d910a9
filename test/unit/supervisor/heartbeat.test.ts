import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heartbeat } from '../../../src/supervisor/heartbeat.js';

/** Questions that are asked before it counts as hung. */
function patience(heartbeat: Heartbeat): number {
  let asked = 0;
  while (heartbeat.shouldAsk()) asked += 1;
  return asked;
}

test('twenty unanswered questions in a row, and it is hung', () => {
  const heartbeat = new Heartbeat();
  heartbeat.serving();
  assert.equal(patience(heartbeat), 20);
  assert.equal(heartbeat.shouldAsk(), false);
});

test('an answer starts the count anew', () => {
  const heartbeat = new Heartbeat();
  heartbeat.serving();
  for (let tick = 0; tick < 9; tick += 1) heartbeat.shouldAsk();
  heartbeat.answered();
  assert.equal(patience(heartbeat), 20);
});

test('while it starts it may take longer', () => {
  const heartbeat = new Heartbeat();
  assert.equal(patience(heartbeat), 60);
});
