import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { Doorman } from '../../../src/supervisor/doorman.js';

/** A doorman at work, and what it hands over to the gateway of the time. */
async function startDoorman() {
  const doorman = new Doorman();
  after(() => {
    doorman.close();
    doorman.dismiss();
  });
  const { port } = await doorman.listen('127.0.0.1', 0);
  const clients: Socket[] = [];
  after(() => {
    for (const client of clients) client.destroy();
  });
  async function visit(): Promise<Socket> {
    const client = connect(port, '127.0.0.1');
    clients.push(client);
    client.on('error', () => {});
    await once(client, 'connect');
    return client;
  }
  return { doorman, port, visit };
}

/** Attaches a gateway; resolves with the ids that it got when there are so many. */
function gateway(doorman: Doorman, count: number): Promise<number[]> {
  const ids: number[] = [];
  return new Promise((resolve) => {
    doorman.attach((id) => {
      ids.push(id);
      if (ids.length === count) resolve(ids);
    });
  });
}

test('who comes while there is no gateway waits, and those that one did not take go to the next, in order', async () => {
  const { doorman, visit } = await startDoorman();
  for (let visitor = 0; visitor < 3; visitor += 1) await visit();
  const first = await gateway(doorman, 3);
  assert.deepEqual(first, first.toSorted());
  doorman.took(first[1] as number);
  doorman.detach();
  await visit();
  const second = await gateway(doorman, 3);
  assert.deepEqual(second.slice(0, 2), [first[0], first[2]]);
});

test('a client that nobody takes is dismissed', async () => {
  const { doorman, visit } = await startDoorman();
  const client = await visit();
  client.resume();
  await gateway(doorman, 1);
  doorman.dismiss();
  await once(client, 'close');
});

test('the port is asked for once, and stays', async () => {
  const { doorman, port } = await startDoorman();
  assert.deepEqual(await doorman.listen('127.0.0.1', 0), { address: '127.0.0.1', port });
});

test('a port that cannot be had is said so', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  after(() => other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  await assert.rejects(new Doorman().listen('127.0.0.1', port), { code: 'EADDRINUSE' });
});

test('a port that is had only after it was given back is given back', async () => {
  const doorman = new Doorman();
  const listening = doorman.listen('127.0.0.1', 0);
  doorman.close();
  const { port } = await listening;
  await assert.rejects(once(connect(port, '127.0.0.1'), 'connect'), { code: 'ECONNREFUSED' });
});
