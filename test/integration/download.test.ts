import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import OpenAI from 'openai';
import { createScriptedModel } from '../../src/scripted-model/scripted-model.js';
import { startGateway } from '../support/gateway.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const FILES: Readonly<Record<string, Uint8Array>> = {
  '/alpha.gguf': createScriptedModel(ALPHA),
  '/beta.gguf': createScriptedModel(BETA),
};

/** Paths whose bodies were sent. */
const downloads: string[] = [];
const files = createServer((request, response) => {
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
    serve: { models: { alpha: model('alpha'), beta: model('beta'), gone: model('gone') } },
  }),
);
const gateway = await startGateway(['-v'], folder);
const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'unused', maxRetries: 0 });
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
  assert.ok(gateway.log.some(({ msg, downloadedBytes }) => msg === 'model downloading' && downloadedBytes));
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
