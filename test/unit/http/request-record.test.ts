import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestRecord } from '../../../src/http/request-record.js';

test('the choices of a request are one: their prompt counts once, the longest wait, the first token', () => {
  const record = new RequestRecord();
  record.admitted(20);
  record.admitted(500);
  record.admitted(30);
  record.firstToken(700);
  record.firstToken(90);
  record.counted(10, 5, 8);
  record.counted(10, 7, 0);
  const { queueMs, firstTokenMs, promptTokens, completionTokens, cachedTokens } = record;
  assert.deepEqual(
    { queueMs, firstTokenMs, promptTokens, completionTokens, cachedTokens },
    { queueMs: 500, firstTokenMs: 90, promptTokens: 10, completionTokens: 12, cachedTokens: 8 },
  );
});
