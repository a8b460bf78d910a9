import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { fastify } from 'fastify';
import type { HttpServer } from '../../../src/gateway/door.js';
import { createSupervisedDoor } from '../../../src/gateway/supervised-door.js';
import type { SupervisorLink } from '../../../src/gateway/supervisor-link.js';
import { DEFAULT_CONFIG } from '../../support/default-config.js';

/** A door behind a server that stands for the supervisor. */
async function openDoor(http: object = {}) {
  const app = fastify({ http });
  app.get('/', async () => 'here');
  let port: Server | undefined;
  const link = {
    async listen(host: string, _port: number, _settings: unknown, admit: (socket: Socket) => void) {
      port = createServer({ pauseOnConnect: true }, admit).listen(0, host);
      await once(port, 'listening');
      return port.address() as AddressInfo;
    },
  } as unknown as SupervisorLink;
  const door = createSupervisedDoor(link, DEFAULT_CONFIG);
  const url = await door.open(app as unknown as HttpServer, '127.0.0.1', 0);
  after(() => port?.close());
  after(() => app.close());
  return { door, app, url };
}

test('a connection that is handed over is served', async () => {
  const { url } = await openDoor();
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal(await (await fetch(url)).text(), 'here');
});

test('headers that never end are answered with 408, as on a port of its own', async () => {
  const { url } = await openDoor({ headersTimeout: 50, connectionsCheckingInterval: 20 });
  const { hostname, port } = new URL(url);
  const client = connect(Number(port), hostname);
  client.write('GET / HTTP/1.1\r\nHost: a');
  const [answer] = (await once(client, 'data')) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1\.1 408 /);
});

test('it is closed when the last connection is', async () => {
  const { door, url } = await openDoor();
  const { hostname, port } = new URL(url);
  const client = connect(Number(port), hostname);
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(client, 'data');
  let isClosed = false;
  const closed = door.closed().then(() => {
    isClosed = true;
  });
  await new Promise(setImmediate);
  assert.equal(isClosed, false);
  client.end();
  await closed;
});
