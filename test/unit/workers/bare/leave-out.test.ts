import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leaveOut, PARTS } from '../../../../workers/bare/leave-out.js';

test('leaves a runtime alone that is not the Bare it knows', () => {
  assert.doesNotThrow(() => leaveOut(Object.keys(PARTS) as (keyof typeof PARTS)[]));
});
