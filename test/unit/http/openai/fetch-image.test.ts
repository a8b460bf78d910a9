import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { fetchImages } from '../../../../src/http/openai/fetch-image.js';

const PNG = { 'content-type': 'image/png' };
const BYTES = 1_000;

/** Starts a server of images; gives the address of one. */
async function serve(listener: RequestListener): Promise<(path?: string) => { url: URL; param: string }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return (path = '/') => ({ url: new URL(path, `http://127.0.0.1:${port}`), param: `url ${path}` });
}

const never = new AbortController().signal;
const isRefusal = (message: RegExp, param = 'url /') => ({
  code: 'unsupported_image_content',
  param,
  message,
});

test('images are fetched one after the other, in their order', async () => {
  let running = 0;
  const at = await serve((request, response) => {
    running += 1;
    assert.equal(running, 1);
    response.writeHead(200, PNG).write(request.url);
    setImmediate(() => {
      running -= 1;
      response.end();
    });
  });
  const images = await fetchImages(['/a', '/b', '/c'].map(at), never);
  assert.deepEqual(
    images.map((image) => Buffer.from(image).toString()),
    ['/a', '/b', '/c'],
  );
});

test('they may have so many bytes together, and the rest is not read', async () => {
  const closed: Promise<unknown>[] = [];
  const at = await serve((request, response) => {
    response.writeHead(200, PNG).write(new Uint8Array(BYTES));
    if (request.url === '/endless') closed.push(once(response, 'close'));
    else response.end();
  });
  const limits = { maxBytes: 2 * BYTES, timeoutMs: 60_000 };
  assert.equal((await fetchImages([at('/a'), at('/b')], never, limits)).length, 2);
  await assert.rejects(
    fetchImages([at('/a'), at('/b'), at('/endless')], never, limits),
    isRefusal(/too large/, 'url /endless'),
  );
  await Promise.all(closed);
  assert.equal(closed.length, 1);
});

test('an answer that does not come, or not end, in time is given up', async () => {
  const closed: Promise<unknown>[] = [];
  const at = await serve((request, response) => {
    closed.push(once(response, 'close'));
    if (request.url === '/begun') response.writeHead(200, PNG).write('x');
  });
  for (const path of ['/silent', '/begun']) {
    await assert.rejects(
      fetchImages([at(path)], never, { maxBytes: BYTES, timeoutMs: 50 }),
      isRefusal(/took longer than 0.05 s/, `url ${path}`),
    );
  }
  await Promise.all(closed);
});

test('a client that leaves ends it, with its own reason', async () => {
  const client = new AbortController();
  const reason = new Error('the client left');
  const at = await serve((_, response) => {
    response.writeHead(200, PNG).write('x');
    client.abort(reason);
  });
  await assert.rejects(fetchImages([at()], client.signal, { maxBytes: BYTES, timeoutMs: 120_000 }), reason);
  await assert.rejects(fetchImages([at()], AbortSignal.abort(reason)), reason);
});

test('a redirect is not followed', async () => {
  const asked: (string | undefined)[] = [];
  const at = await serve((request, response) => {
    asked.push(request.url);
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  await assert.rejects(fetchImages([at()], never), isRefusal(/redirects are not followed/));
  assert.deepEqual(asked, ['/']);
});

test('what is no image is refused, and so is an error', async () => {
  const at = await serve((request, response) => {
    if (request.url === '/page') response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
    else if (request.url === '/bare') response.writeHead(200).end('x');
    else response.writeHead(404, PNG).end('x');
  });
  await assert.rejects(
    fetchImages([at('/page')], never),
    isRefusal(/content-type is text\/html/, 'url /page'),
  );
  await assert.rejects(fetchImages([at('/bare')], never), isRefusal(/content-type is missing/, 'url /bare'));
  await assert.rejects(fetchImages([at('/gone')], never), isRefusal(/the answer is 404/, 'url /gone'));
});

test('a host that is not there is told with its error', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const address = { url: new URL(`http://127.0.0.1:${port}`), param: 'url /' };
  await assert.rejects(fetchImages([address], never), isRefusal(/ECONNREFUSED.*Send it as a data URL/));
});
