import assert from 'node:assert/strict';
import { test } from 'node:test';
import { untilFree } from '../../../src/engine/until-free.js';

const busy = new Error('Cannot set new job: a job is already set or being processed');

test('a job that an engine refuses for one that it has not ended yet is run when it has', async () => {
  let tries = 0;
  const result = await untilFree(async () => {
    tries += 1;
    if (tries < 3) throw busy;
    return 'done';
  });
  assert.deepEqual([result, tries], ['done', 3]);
});

test('one that fails for another reason fails at once', async () => {
  let tries = 0;
  const failure = new Error('no such model');
  const run = untilFree(async () => {
    tries += 1;
    throw failure;
  });
  await assert.rejects(run, failure);
  assert.equal(tries, 1);
});

test('an engine that is never free is not waited for for ever', async (t) => {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const run = untilFree(async () => {
    now += 2_000;
    throw busy;
  });
  await assert.rejects(run, busy);
  assert.equal(now, 6_000);
});
