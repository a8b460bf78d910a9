import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestId } from '../../../src/http/request-id.js';

const of = (given?: string | string[]) =>
  requestId({ headers: given === undefined ? {} : { 'x-request-id': given } });

test("a client's own id is taken over", () => {
  for (const id of ['a', 'req_1.2:3-4', 'x'.repeat(128)]) assert.equal(of(id), id);
});

test('one that is not fit for a header or a log line is replaced', () => {
  for (const id of ['', 'a b', 'a\nb', 'a"b', 'é', 'x'.repeat(129), ['a', 'b'], undefined]) {
    assert.match(of(id), /^req_[0-9a-f-]{36}$/, String(id));
  }
});

test('each request has another', () => {
  assert.notEqual(of(), of());
});
