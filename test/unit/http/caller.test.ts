import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { fastify } from 'fastify';
import { createCallerOf } from '../../../src/http/caller.js';
import { deferred } from '../../support/deferred.js';

test('a client that hung up before its caller was asked for has hung up', async (t) => {
  const app = fastify();
  t.after(() => app.close());
  const arrived = deferred();
  const signal = deferred<AbortSignal>();
  app.get('/', async (request, reply) => {
    const closed = once(reply.raw, 'close');
    arrived.resolve();
    await closed;
    signal.resolve(createCallerOf(() => 60_000)(request, reply).signal);
    return reply;
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const client = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await arrived.promise;
  client.destroy();
  const { aborted, reason } = await signal.promise;
  assert.ok(aborted);
  assert.equal(reason.code, 'client_closed_request');
});
