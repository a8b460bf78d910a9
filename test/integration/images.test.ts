import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import OpenAI from 'openai';
import type { Script } from '../../src/scripted-model/script.js';
import { createScriptedModel } from '../../src/scripted-model/scripted-model.js';
import { startGateway } from '../support/gateway.js';
import { createPng } from '../support/png.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { createScriptedProjector, IMAGE_TOKENS } from '../support/scripted-projector.js';
import { ALPHA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const SEEING: Script = { ...ALPHA, name: 'seeing' };
const PNG = createPng(40, 30);
const JPEG =
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=';
const GIF = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';
/** One pixel of 24 bits. */
const BMP = 'Qk06AAAAAAAAADYAAAAoAAAAAQAAAAEAAAABABgAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==';
const LARGE_BYTES = 21 * 1024 * 1024;

interface ImageServer {
  readonly host: string;
  /** Paths of the requests that it got. */
  readonly asked: string[];
}

async function serveImages(listener: RequestListener): Promise<ImageServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    listener(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

let onSlow = (_: ServerResponse): void => {};
const allowed = await serveImages((request, response) => {
  const answer = (status: number, type: string, body?: Uint8Array) =>
    response.writeHead(status, { 'content-type': type, location: `http://${other.host}/a.png` }).end(body);
  if (request.url === '/a.png') answer(200, 'image/png', PNG);
  else if (request.url === '/page') answer(200, 'text/html', PNG);
  else if (request.url === '/mislabelled') answer(200, 'image/png', new TextEncoder().encode('<svg/>'));
  else if (request.url === '/large') answer(200, 'image/png', new Uint8Array(LARGE_BYTES));
  else if (request.url === '/moved') answer(302, 'image/png');
  else if (request.url === '/slow') onSlow(response);
  else answer(404, 'image/png');
});
const other = await serveImages((_, response) =>
  response.writeHead(200, { 'content-type': 'image/png' }).end(PNG),
);

const folder = tempFolder();
const config = writeScriptedConfig(folder, [
  [ALPHA],
  [SEEING, { config: { projectionModelSrc: './projector.gguf' } }],
]);
writeFileSync(join(folder, 'projector.gguf'), createScriptedProjector(createScriptedModel(SEEING)));
const { serve } = JSON.parse(readFileSync(config, 'utf8')) as { serve: object };
writeFileSync(config, JSON.stringify({ serve: { ...serve, imageHosts: [allowed.host] } }));
const temp = join(folder, 'tmp');
mkdirSync(temp);
const gateway = await startGateway(['-v', '-c', config], folder, { TMPDIR: temp, TEMP: temp, TMP: temp });
const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'unused', maxRetries: 0 });

const PARAM = 'messages[0].content[1].image_url.url';
const dataUrl = (base64: string, type = 'png') => `data:image/${type};base64,${base64}`;
const PNG_URL = dataUrl(Buffer.from(PNG).toString('base64'));
const textPart = (text: string) => ({ type: 'text' as const, text });
const imagePart = (url: string) => ({ type: 'image_url' as const, image_url: { url } });
const ask = (urls: readonly string[], model = SEEING.name, text = 'What is this?') => ({
  model,
  messages: [{ role: 'user' as const, content: [textPart(text), ...urls.map(imagePart)] }],
});
const contentOf = ({ choices }: OpenAI.ChatCompletion) => choices[0]?.message.content ?? '';
const promptTokens = async (urls: readonly string[], text?: string) =>
  (await openai.chat.completions.create(ask(urls, SEEING.name, text))).usage?.prompt_tokens ?? Number.NaN;

function assertRefused(request: Promise<unknown>, message: RegExp, param = PARAM): Promise<void> {
  return assert.rejects(request, (error: InstanceType<typeof OpenAI.APIError>) => {
    assert.equal(error.status, 400);
    assert.equal(error.code, 'unsupported_image_content');
    assert.equal(error.param, param);
    assert.match(error.message, message);
    return true;
  });
}

/** Images that are files now. */
function imageFiles(): string[] {
  return readdirSync(temp, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('image-'));
}

describe('an image in a data URL', { timeout: 120_000 }, () => {
  for (const [name, url] of [
    ['PNG', PNG_URL],
    ['JPEG', dataUrl(JPEG, 'jpeg')],
    ['GIF', dataUrl(GIF, 'gif')],
    ['BMP', dataUrl(BMP, 'bmp')],
  ] as const) {
    test(`as ${name} reaches a model with a projector, which answers`, async () => {
      const before = await promptTokens([]);
      const reply = await openai.chat.completions.create(ask([url]));
      assert.equal(contentOf(reply), fallbackOf(SEEING));
      assert.equal(reply.usage?.prompt_tokens, before + IMAGE_TOKENS);
    });
  }

  test('is a file only while it is looked at', async () => {
    const stream = await openai.chat.completions.create({
      ...ask([PNG_URL], SEEING.name, 'for ever'),
      stream: true,
    });
    for await (const { choices } of stream) {
      if (!choices[0]?.delta.content) continue;
      assert.equal(imageFiles().length, 1);
      break; // hangs up
    }
    await openai.chat.completions.create(ask([PNG_URL])); // waits for the other call's end
    assert.deepEqual(imageFiles(), []);
  });

  test('works with several, in earlier messages, with choices and with a forced call', async () => {
    const one = await promptTokens([PNG_URL]);
    assert.equal(await promptTokens([PNG_URL, dataUrl(GIF)]), one + IMAGE_TOKENS);
    const two = await openai.chat.completions.create({ ...ask([PNG_URL]), n: 2 });
    assert.deepEqual(
      two.choices.map(({ message }) => message.content),
      [fallbackOf(SEEING), fallbackOf(SEEING)],
    );
    const later = await openai.chat.completions.create({
      ...ask([]),
      messages: [
        ...ask([PNG_URL]).messages,
        { role: 'assistant', content: 'A picture.' },
        { role: 'user', content: 'What does it cost, in euro?' },
      ],
    });
    assert.match(contentOf(later), /^It costs/);
    const forced = await openai.chat.completions.create({
      ...ask([PNG_URL]),
      tools: [{ type: 'function', function: { name: 'look' } }],
      tool_choice: 'required',
    });
    assert.equal(forced.choices[0]?.finish_reason, 'tool_calls');
  });

  test('that is damaged is refused by its field, and the next is seen', async () => {
    const damaged = dataUrl(Buffer.from(PNG.subarray(0, 40)).toString('base64'));
    await assertRefused(
      openai.chat.completions.create(ask([PNG_URL, damaged])),
      /engine can't read this image/,
      'messages[0].content[2].image_url.url',
    );
    assert.equal(contentOf(await openai.chat.completions.create(ask([PNG_URL]))), fallbackOf(SEEING));
    assert.deepEqual(imageFiles(), []);
  });

  test('is refused by a model without a projector, which is not loaded for it', async () => {
    const request = openai.chat.completions.create(ask([PNG_URL], ALPHA.name));
    await assertRefused(request, /'alpha' takes no images: .* projectionModelSrc/);
    assert.ok(!gateway.log.some(({ msg, model }) => msg === 'model loading' && model === ALPHA.name));
  });
});

test("llama.cpp's own mark for an image is a text like others", async () => {
  assert.ok((await promptTokens([], '<__media__>')) > 0);
  const reply = await openai.chat.completions.create(ask([PNG_URL], SEEING.name, '<__media__> in euro?'));
  assert.match(contentOf(reply), /^It costs/);
});

describe('an image at an address', { timeout: 120_000 }, () => {
  const at = (path: string) => openai.chat.completions.create(ask([`http://${allowed.host}${path}`]));

  test('is fetched from a host of serve.imageHosts', async () => {
    const reply = await at('/a.png');
    assert.equal(contentOf(reply), fallbackOf(SEEING));
    assert.equal(reply.usage?.prompt_tokens, await promptTokens([PNG_URL]));
    assert.deepEqual(imageFiles(), []);
  });

  test('of another host is refused, and that host hears nothing', async () => {
    const url = `http://${other.host}/a.png`;
    await assertRefused(openai.chat.completions.create(ask([url])), /add the host to serve\.imageHosts/);
    await assertRefused(at('/moved'), /redirects are not followed/);
    assert.deepEqual(other.asked, []);
  });

  test('is not fetched for a model without a projector, nor for a request that is wrong', async () => {
    const before = allowed.asked.length;
    const url = `http://${allowed.host}/a.png`;
    await assertRefused(openai.chat.completions.create(ask([url], ALPHA.name)), /takes no images/);
    await assert.rejects(openai.chat.completions.create({ ...ask([url]), tool_choice: 'required' }), {
      code: 'invalid_tool_choice',
    });
    assert.equal(allowed.asked.length, before);
  });

  for (const [path, message] of [
    ['/page', /content-type is text\/html/],
    ['/mislabelled', /send a PNG, JPEG, GIF or BMP/],
    ['/large', /too large/],
    ['/gone', /the answer is 404/],
  ] as const) {
    test(`is refused where it is ${path.slice(1)}`, () => assertRefused(at(path), message));
  }

  test('is refused where it does not come within 10 s', async () => {
    await assertRefused(at('/slow'), /took longer than 10 s/);
  });

  test('is no longer fetched when the client hangs up', async () => {
    const client = new AbortController();
    const closed = new Promise((resolve) => {
      onSlow = (response) => {
        response.on('close', resolve);
        client.abort();
      };
    });
    const body = ask([`http://${allowed.host}/slow`]);
    await assert.rejects(openai.chat.completions.create(body, { signal: client.signal }));
    const startedAt = performance.now();
    await closed;
    assert.ok(performance.now() - startedAt < 5_000, 'it was the deadline that ended it');
  });
});
