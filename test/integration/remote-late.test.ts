/** Streams whose answers are late, from other servers and from models of this gateway: nobody may take them for dead. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { toFile } from 'openai';
import { checkedFetch } from '../support/checked-fetch.js';
import { deferred } from '../support/deferred.js';
import { startFaultGateway } from '../support/fault-gateway.js';
import { type ForeignAnswer, foreignFrame, startForeignServer } from '../support/foreign-server.js';
import { addRemotes } from '../support/remote-config.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { createScriptedWhisper } from '../support/scripted-whisper.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';
import { WITHOUT_VULKAN } from '../support/vulkan.js';
import { createWav } from '../support/wav.js';

const KEEP_ALIVE = ': keep-alive\n\n';
const DONE = 'data: [DONE]\n\n';

const WORDS = [' Late', ' words', '.'];
const TEXT = WORDS.join('').trim();
const TRANSCRIPT = [
  { type: 'transcript.text.delta', delta: TEXT },
  { type: 'transcript.text.done', text: TEXT },
];

const slow = await startForeignServer([]);
const next = await startForeignServer([]);

/** Begins an answer of events. */
const begin = (response: Parameters<ForeignAnswer>[0]): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
};
const whole = `${foreignFrame({ content: 'Hello.' })}${DONE}`;

next.answers.set('m', (response) => {
  begin(response);
  response.end(whole);
});

/** What a model says when it is told to, at last. It has a server of its own, as far as the gateway knows. */
const LATE: Readonly<Record<string, ForeignAnswer>> = {
  answering: (response) => {
    begin(response);
    response.end(whole);
  },
  blocking: (response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{"model":"theirs"}');
  },
  failing: (response) => response.writeHead(500).end(),
  refusing: (response) => {
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end('{"error":{"message":"too hot","code":"context_length_exceeded"}}');
  },
  leaving: (response) => response.destroy(),
  local: (response) => response.writeHead(503).end(),
  queued: (response, { body }) => {
    if (!JSON.parse(body.toString()).stream) {
      response.writeHead(500).end();
      return;
    }
    begin(response);
    response.end(whole);
  },
  writing: (response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ text: TEXT }));
  },
};
const held = new Map(Object.keys(LATE).map((model) => [model, { asked: deferred(), told: deferred() }]));
for (const [model, answer] of Object.entries(LATE)) {
  slow.answers.set(model, async (response, request) => {
    held.get(model)?.asked.resolve();
    await held.get(model)?.told.promise;
    answer(response, request);
  });
}

const toSlow = (model: string, more = {}) => ({
  url: slow.url,
  model,
  headers: { 'x-of': model },
  probeIntervalMs: 3_600_000,
  ...more,
});
const toNext = { url: next.url, model: 'm' };
const folder = tempFolder();
const whisper = join(folder, 'whisper.bin');
writeFileSync(whisper, createScriptedWhisper(WORDS));
const writer = { src: whisper, type: 'whisper', preload: WITHOUT_VULKAN === false };
const farFolder = tempFolder();
const far = await startFaultGateway(
  addRemotes(join(farFolder, 'qvac.config.json'), { whisper: writer }),
  farFolder,
);
const near = await startFaultGateway(
  addRemotes(
    writeScriptedConfig(folder, [
      [ALPHA, { preload: true, config: { ctx_size: 131_072 } }],
      [BETA, { preload: true }],
    ]),
    {
      answering: toSlow('answering'),
      blocking: { targets: [toSlow('blocking'), toNext] },
      failing: { targets: [toSlow('failing'), toNext] },
      refusing: { targets: [toSlow('refusing'), toNext] },
      leaving: toSlow('leaving'),
      local: { targets: [toSlow('local'), { alias: 'beta' }] },
      queued: toSlow('queued', { slots: 1 }),
      pausing: toSlow('pausing'),
      writing: toSlow('writing'),
      whisper: writer,
      'far-whisper': { url: `${far.url}/v1`, model: 'whisper' },
    },
  ),
  folder,
);

const post = (model: string, stream = true, content = 'Hello!'): Promise<Response> =>
  fetch(`${near.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content }] }),
  });

/** Asks for a stream, lets the model speak when the head has come without it, and reads what follows the first comment. */
async function askLate(model: string): Promise<string> {
  const response = await post(model);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  held.get(model)?.told.resolve();
  const text = await response.text();
  assert.ok(text.startsWith(KEEP_ALIVE), text);
  return text.slice(KEEP_ALIVE.length);
}

const named = (model: string) => whole.replace('"/models/foreign.gguf"', JSON.stringify(model));

/** The error of a frame that is one. */
const errorOf = (frame: string) =>
  JSON.parse(frame.slice('data: '.length)).error as { code: string; message: string };

const contentOf = (text: string): string =>
  text
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: {'))
    .map((frame) => JSON.parse(frame.slice('data: '.length)).choices[0]?.delta.content ?? '')
    .join('');

// Most of the time they wait: together they take as long as the longest.
describe('a stream of which nothing comes', { concurrency: 16 }, () => {
  test('begins with its head and a comment, and then is as any other', async () => {
    assert.equal(await askLate('answering'), named('answering'));
  });

  test('goes on at the next target if the first fails then', async () => {
    assert.equal(await askLate('failing'), named('failing'));
  });

  test('goes on with a model of this gateway, if that is the next target', async () => {
    const text = await askLate('local');
    assert.equal(contentOf(text), fallbackOf(BETA));
    assert.ok(text.endsWith(DONE));
  });

  test('goes on at the next target if the first answers with no stream then', async () => {
    assert.equal(await askLate('blocking'), named('blocking'));
  });

  test('ends with an error if the request is refused then, and no other target is asked', async () => {
    const frame = await askLate('refusing');
    assert.equal(errorOf(frame).code, 'context_length_exceeded');
    assert.match(errorOf(frame).message, /\(400\): too hot/);
  });

  test('ends with an error if there is no other target', async () => {
    const frame = await askLate('leaving');
    assert.equal(errorOf(frame).code, 'remote_unavailable');
  });

  test('begins with its head while it waits for others too, and a blocking call keeps its status', async () => {
    const blocking = post('queued', false);
    await held.get('queued')?.asked.promise; // it has the only slot
    assert.equal(await askLate('queued'), named('queued'));
    const { status, headers } = await blocking;
    assert.deepEqual([status, headers.get('content-type')], [502, 'application/json; charset=utf-8']);
  });

  test('is not dead while another server is silent in the middle of its answer', async () => {
    const heard = deferred();
    slow.answers.set('pausing', async (response) => {
      begin(response);
      response.write(foreignFrame({ content: 'one' }));
      await heard.promise;
      response.end(`${foreignFrame({ content: 'two' })}${DONE}`);
    });
    const text = await readUntil(await post('pausing'), KEEP_ALIVE, heard.resolve);
    assert.equal(contentOf(text), 'onetwo');
  });

  test('is not dead while an engine of this gateway is silent in the middle of its answer', async () => {
    const pid = await near.pidOf('alpha');
    const response = await post('alpha', true, 'for ever');
    process.kill(pid, 'SIGSTOP');
    const text = await readUntil(response, KEEP_ALIVE, () => process.kill(pid, 'SIGCONT'), 'eight');
    assert.ok(contentOf(text).startsWith('one two three'));
  });
});

describe('a streamed transcription of which nothing comes', { concurrency: 16, timeout: 60_000 }, () => {
  /** Asks for it, lets it go on when the head has come without it, and reads its events as OpenAI's client does. */
  async function askLate(model: string, goOn: () => void): Promise<unknown[]> {
    let text: Promise<string> | undefined;
    const openai = near.openai.withOptions({
      fetch: async (input, init) => {
        const response = await checkedFetch(input, init);
        text = response.clone().text();
        return response;
      },
    });
    const file = await toFile(createWav(1), 'audio.wav');
    const stream = await openai.audio.transcriptions.create({ model, file, stream: true });
    goOn();
    const events: unknown[] = [];
    for await (const event of stream) events.push(event);
    assert.ok((await text)?.startsWith(KEEP_ALIVE));
    return events;
  }

  for (const [model, server] of [
    ['whisper', near],
    ['far-whisper', far],
  ] as const) {
    test(`begins with its head and a comment: ${model}`, { skip: WITHOUT_VULKAN }, async () => {
      const pid = await server.pidOf('whisper');
      process.kill(pid, 'SIGSTOP');
      assert.deepEqual(await askLate(model, () => process.kill(pid, 'SIGCONT')), TRANSCRIPT);
    });
  }

  test('is a stream also if the other server knows none', async () => {
    assert.deepEqual(await askLate('writing', () => held.get('writing')?.told.resolve()), TRANSCRIPT);
  });
});

/** An answer until it has `wanted` in it, when `found` is called, and `last` after that. */
async function readUntil(
  response: Response,
  wanted: string,
  found: () => void,
  last = DONE,
): Promise<string> {
  let text = '';
  let isFound = false;
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += Buffer.from(part).toString();
    const at = text.indexOf(wanted);
    if (at >= 0 && text.includes(last, at)) break;
    if (isFound || at < 0) continue;
    isFound = true;
    found();
  }
  assert.ok(isFound, text);
  return text.slice(0, text.lastIndexOf('\n\n'));
}
