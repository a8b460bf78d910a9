/** A server that has closed the connections that the gateway keeps to it, which shows only when something is sent on them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startFaultGateway } from '../support/fault-gateway.js';
import { addRemotes } from '../support/remote-config.js';
import { tempFolder } from '../support/temp-folder.js';

const CALLS = 3;
const json = (text: string) =>
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`;

/** Of connections that have brought a call. */
const used = new Set<Socket>();
/** Those that wait until all calls are here, so that each has a connection of its own. */
const waiting = new Set<Socket>();
const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    if (bytes.toString().startsWith('GET')) socket.write(json('{"data":[]}'));
    else if (used.has(socket)) socket.resetAndDestroy();
    else if (bytes.toString().endsWith('}')) answer(socket);
  });
});
function answer(socket: Socket): void {
  used.add(socket);
  waiting.add(socket);
  if (used.size < CALLS) return;
  for (const one of waiting) one.write(json('{"id":"x"}'));
  waiting.clear();
}
server.listen(0, '127.0.0.1');
await once(server, 'listening');
after(() => server.close());
const { port } = server.address() as AddressInfo;

const folder = tempFolder();
const near = await startFaultGateway(
  addRemotes(join(folder, 'qvac.config.json'), {
    m: { url: `http://127.0.0.1:${port}/v1`, model: 'm', probeIntervalMs: 3_600_000 },
  }),
  folder,
);

async function ask(): Promise<number> {
  const response = await fetch(`${near.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hello!' }] }),
  });
  await response.text();
  return response.status;
}

test('a call that finds several kept connections closed goes on a new one', async () => {
  assert.deepEqual(await Promise.all(Array.from({ length: CALLS }, ask)), [200, 200, 200]);
  assert.equal(used.size, CALLS);
  assert.equal(await ask(), 200);
  assert.equal(used.size, CALLS + 1);
});
