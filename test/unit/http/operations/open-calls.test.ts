import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpenCalls } from '../../../../src/http/operations/open-calls.js';

const reasonOf = ({ signal }: AbortController) => (signal.reason as { code?: string } | undefined)?.code;
const ofModel = () => 'a';
const any = () => true;

test('all calls of an id are cancelled, and no others', () => {
  const calls = new OpenCalls();
  const [one, two, other] = [new AbortController(), new AbortController(), new AbortController()];
  calls.add('mine', one, ofModel);
  calls.add('mine', two, ofModel);
  calls.add('other', other, ofModel);
  calls.cancel('mine', any);
  assert.deepEqual([one, two, other].map(reasonOf), ['call_cancelled', 'call_cancelled', undefined]);
});

test('one that is over, or was cancelled, is not found', () => {
  const calls = new OpenCalls();
  const [one, two] = [new AbortController(), new AbortController()];
  const forget = calls.add('mine', one, ofModel);
  const forgetTwo = calls.add('mine', two, ofModel);
  forget();
  calls.cancel('mine', any);
  assert.deepEqual([one, two].map(reasonOf), [undefined, 'call_cancelled']);
  assert.throws(() => calls.cancel('mine', any), { code: 'call_not_found' });
  forgetTwo();
  assert.throws(() => calls.cancel('mine', any), { code: 'call_not_found' });
});

test('an id that is used again is not forgotten with its first call', () => {
  const calls = new OpenCalls();
  const [first, second] = [new AbortController(), new AbortController()];
  const forget = calls.add('mine', first, ofModel);
  forget();
  calls.add('mine', second, ofModel);
  forget();
  calls.cancel('mine', any);
  assert.equal(reasonOf(second), 'call_cancelled');
});

test('a call of a model that one may not use is as good as none', () => {
  const calls = new OpenCalls();
  const [theirs, unknown] = [new AbortController(), new AbortController()];
  calls.add('mine', theirs, ofModel);
  calls.add('mine', unknown, () => undefined);
  assert.throws(() => calls.cancel('mine', (model) => model === 'b'), { code: 'call_not_found' });
  calls.cancel('mine', (model) => model === 'a');
  assert.deepEqual([theirs, unknown].map(reasonOf), ['call_cancelled', undefined]);
});
