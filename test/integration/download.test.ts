import assert from 'node:assert/strict';
import { EventEmitter, on, once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type OpenAI from 'openai';
import { createScriptedModel } from '../../src/scripted-model/scripted-model.js';
import { startGateway } from '../support/gateway.js';
import { createOpenAI } from '../support/openai-client.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const FILES: Readonly<Record<string, Uint8Array>> = {
  '/alpha.gguf': createScriptedModel(ALPHA),
  '/beta.gguf': createScriptedModel(BETA),
};

/** Emits `request` with the response of each request for the file that never ends. */
const slowRequests = new EventEmitter();

/** Paths whose bodies were sent. */
const downloads: string[] = [];
const files = createServer((request, response) => {
  if (request.url === '/slow.gguf') {
    response.writeHead(200, { 'content-length': 1_000_000 });
    if (request.method === 'GET') response.write(new Uint8Array(1_000));
    else response.end();
    slowRequests.emit('request', response); // and no more comes
    return;
  }
  const file = FILES[request.url ?? ''];
  if (!file) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-length': file.length });
  if (request.method === 'GET') downloads.push(request.url ?? '');
  response.end(request.method === 'GET' ? file : undefined);
});
files.listen(0, '127.0.0.1');
await once(files, 'listening');
after(() => files.close());

const folder = tempFolder();
const cache = join(folder, 'cache');
mkdirSync(cache);
const origin = `http://127.0.0.1:${(files.address() as AddressInfo).port}`;
const model = (name: string) => ({ src: `${origin}/${name}.gguf`, type: 'llm', config: { device: 'cpu' } });
writeFileSync(
  join(folder, 'qvac.config.json'),
  JSON.stringify({
    cacheDirectory: cache,
    serve: {
      models: { alpha: model('alpha'), beta: model('beta'), gone: model('gone'), slow: model('slow') },
    },
  }),
);
const gateway = await startGateway(['-v'], folder);
const openai = createOpenAI(gateway.url);
const ask = async (name: string) => {
  const messages = [{ role: 'user' as const, content: 'Hello!' }];
  const reply = await openai.chat.completions.create({ model: name, messages });
  return reply.choices[0]?.message.content;
};

test('models are downloaded on first use, two at once, into the cache that the config names', async () => {
  const [alpha, beta] = await Promise.all([ask('alpha'), ask('beta')]);
  assert.equal(alpha, fallbackOf(ALPHA));
  assert.equal(beta, fallbackOf(BETA));
  assert.deepEqual(downloads.toSorted(), ['/alpha.gguf', '/beta.gguf']);
  assert.equal(
    readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.gguf')).length,
    2,
  );
  await gateway.logged(({ msg, downloadedBytes }) => msg === 'model downloading' && Boolean(downloadedBytes));
});

test('a model that is loaded again is not downloaded again', async () => {
  await openai.models.delete('alpha');
  assert.equal(await ask('alpha'), fallbackOf(ALPHA));
  assert.equal(downloads.filter((path) => path === '/alpha.gguf').length, 1);
});

test('a file that is not there fails the load with its address, and nothing else', async () => {
  await assert.rejects(ask('gone'), (error: InstanceType<typeof OpenAI.APIError>) => {
    assert.equal(error.status, 500);
    assert.equal(error.code, 'model_load_failed');
    assert.match(error.message, /\/gone\.gguf could not be downloaded/);
    return true;
  });
  assert.equal(await ask('beta'), fallbackOf(BETA));
});

/** Starts the load of the model whose file never ends; resolves when the file is being sent. */
async function startSlowLoad() {
  const requests = on(slowRequests, 'request');
  const asked = ask('slow').catch((error: unknown) => error);
  for await (const [response] of requests as AsyncIterable<[ServerResponse]>) {
    if (response.req.method === 'GET') return { asked, response };
  }
  throw new Error('unreachable');
}

test('unloading a model that is being downloaded ends the download', async () => {
  const { asked, response } = await startSlowLoad();
  const closed = once(response, 'close');
  await openai.models.delete('slow');
  await closed;
  assert.equal(((await asked) as { code?: string }).code, 'model_unloaded');
  assert.equal(await ask('beta'), fallbackOf(BETA));
});

test('a signal to stop ends a download', async () => {
  const { asked } = await startSlowLoad();
  process.kill(gateway.pid, 'SIGTERM');
  await gateway.logged(({ msg }) => msg.startsWith('stopping'));
  assert.equal(((await asked) as { code?: string }).code, 'shutting_down');
  assert.equal(await gateway.exited, 0);
});
