import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpenCalls } from '../../../../src/http/operations/open-calls.js';

const reasonOf = ({ signal }: AbortController) => (signal.reason as { code?: string } | undefined)?.code;

test('all calls of an id are cancelled, and no others', () => {
  const calls = new OpenCalls();
  const [one, two, other] = [new AbortController(), new AbortController(), new AbortController()];
  calls.add('mine', one);
  calls.add('mine', two);
  calls.add('other', other);
  calls.cancel('mine');
  assert.deepEqual([one, two, other].map(reasonOf), ['call_cancelled', 'call_cancelled', undefined]);
});

test('one that is over, or was cancelled, is not found', () => {
  const calls = new OpenCalls();
  const [one, two] = [new AbortController(), new AbortController()];
  const forget = calls.add('mine', one);
  const forgetTwo = calls.add('mine', two);
  forget();
  calls.cancel('mine');
  assert.deepEqual([one, two].map(reasonOf), [undefined, 'call_cancelled']);
  assert.throws(() => calls.cancel('mine'), { code: 'call_not_found' });
  forgetTwo();
  assert.throws(() => calls.cancel('mine'), { code: 'call_not_found' });
});

test('an id that is used again is not forgotten with its first call', () => {
  const calls = new OpenCalls();
  const [first, second] = [new AbortController(), new AbortController()];
  const forget = calls.add('mine', first);
  forget();
  calls.add('mine', second);
  forget();
  calls.cancel('mine');
  assert.equal(reasonOf(second), 'call_cancelled');
});
