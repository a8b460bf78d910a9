import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streamCall } from '../../../src/models/stream-call.js';
import { createFakeHost } from './fake-pool.js';

const CALL = {
  kind: 'chat' as const,
  request: { messages: [{ role: 'user' as const, content: 'Hello!' }], params: {} },
};
const caller = { id: 'req_1', client: 'me', signal: new AbortController().signal };

async function typesOf(host: ReturnType<typeof createFakeHost>['host']): Promise<string[]> {
  const types: string[] = [];
  for await (const events of streamCall<'chat'>(host, CALL, caller)) {
    types.push(...events.map(({ type }) => type));
  }
  return types;
}

test('a call of which nothing has come is sent once more, to the next worker', async () => {
  const { host, pools, pool } = createFakeHost();
  const types = typesOf(host);
  await host.ensureReady(caller.signal);
  await pool(0).callAt(0);
  pool(0).die('it was killed');
  while (pools.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  (await pool(1).callAt(0)).end();
  assert.deepEqual(await types, ['end']);
});

test('but not twice', async () => {
  const { host, pools, pool } = createFakeHost();
  const refused = assert.rejects(typesOf(host), { code: 'worker_crashed' });
  await host.ensureReady(caller.signal);
  await pool(0).callAt(0);
  pool(0).die('it was killed');
  while (pools.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  await pool(1).callAt(0);
  pool(1).die('it was killed');
  await refused;
  await host.stop();
});

test('one that has begun is not', async () => {
  const { host, pool } = createFakeHost();
  const events = streamCall<'chat'>(host, CALL, caller);
  const first = events.next();
  await host.ensureReady(caller.signal);
  (await pool(0).callAt(0)).emit({ type: 'text-delta', text: 'Hi' });
  await first;
  pool(0).die('it was killed');
  await assert.rejects(events.next(), { code: 'worker_crashed' });
  await host.stop();
});

test('nor one that failed for a reason of its own', async () => {
  const { host, pool } = createFakeHost();
  const refused = assert.rejects(typesOf(host), { code: 'context_length_exceeded' });
  await host.ensureReady(caller.signal);
  const call = await pool(0).callAt(0);
  call.emit({ type: 'error', error: { code: 'context_length_exceeded', message: 'Too long.' } });
  call.close();
  await refused;
  assert.equal(pool(0).calls.length, 1);
});

test('one that is sent once more needs no place beside that which it had', async () => {
  const { host, pools, pool } = createFakeHost({ queueLimit: 0 });
  const types = typesOf(host);
  await host.ensureReady(caller.signal);
  await pool(0).callAt(0);
  pool(0).die('it was killed');
  while (pools.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  (await pool(1).callAt(0)).end();
  assert.deepEqual(await types, ['end']);
});
