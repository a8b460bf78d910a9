import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { toFile } from 'openai';
import { checkedFetch } from '../support/checked-fetch.js';
import { startGateway } from '../support/gateway.js';
import { joinBytes } from '../support/join-bytes.js';
import { createOpenAI } from '../support/openai-client.js';
import { transcriptionShape } from '../support/openai-shapes.js';
import { readError, readReply } from '../support/read-reply.js';
import { createScriptedWhisper } from '../support/scripted-whisper.js';
import { tempFolder } from '../support/temp-folder.js';
import { WITHOUT_VULKAN } from '../support/vulkan.js';
import { createWav } from '../support/wav.js';

const WORDS = [' Ask', ' not', ' what', ' your', ' country', ' can', ' do', ' for', ' you', '.'];
const TEXT = WORDS.join('').trim();
const MB = 1024 * 1024;

const bytesOf = (text: string) => new Uint8Array(new TextEncoder().encode(text));

const folder = tempFolder();
writeFileSync(join(folder, 'whisper.bin'), createScriptedWhisper(WORDS));
const whisper = { src: './whisper.bin', type: 'whisper', default: true };
const primed = { src: './whisper.bin', type: 'whisper', config: { initial_prompt: 'abc' } };
const config = join(folder, 'qvac.config.json');
writeFileSync(config, JSON.stringify({ serve: { models: { whisper, primed } } }));
const temp = join(folder, 'tmp');
mkdirSync(temp);
const gateway = await startGateway(['-v', '-c', config], folder, { TMPDIR: temp });
const openai = createOpenAI(gateway.url);
const ENDPOINT = `${gateway.url}/v1/audio/transcriptions`;

type Part = readonly [name: string, value: string | Uint8Array, attributes?: string, type?: string];

/** A form as bytes, its parts in their order and with nothing that is not said. */
function toForm(parts: readonly Part[]): { headers: Record<string, string>; body: Uint8Array<ArrayBuffer> } {
  const chunks = parts.flatMap(([name, value, attributes = '', type]) => [
    `--frontier\r\nContent-Disposition: form-data; name="${name}"${attributes}\r\n`,
    type ? `Content-Type: ${type}\r\n\r\n` : '\r\n',
    value,
    '\r\n',
  ]);
  return {
    headers: { 'content-type': 'multipart/form-data; boundary=frontier' },
    body: joinBytes(
      [...chunks, '--frontier--\r\n'].map((part) => (typeof part === 'string' ? bytesOf(part) : part)),
    ),
  };
}

const file = (bytes: Uint8Array, name = 'audio.wav'): Part => [
  'file',
  bytes,
  `; filename="${name}"`,
  'application/octet-stream',
];

async function post(...parts: Part[]): Promise<Response> {
  return checkedFetch(ENDPOINT, { method: 'POST', ...toForm(parts) } as RequestInit);
}

/** The text of a good reply as JSON. */
async function heard(response: Response): Promise<string> {
  return (await readReply(response, transcriptionShape)).text;
}

/** Files of requests that are on disk now. */
function uploads(): string[] {
  return readdirSync(temp, { recursive: true, encoding: 'utf8' }).filter((name) => /uploads[\\/]/.test(name));
}

/** The test's own timeout ends the wait. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(20);
}

describe('a transcription', { skip: WITHOUT_VULKAN }, () => {
  test('has the words of the model, as the openai client asks for them', async () => {
    const audio = await toFile(createWav(1), 'audio.wav');
    const reply = await openai.audio.transcriptions.create({ model: 'whisper', file: audio });
    assert.equal(reply.text, TEXT);
    const text = await openai.audio.transcriptions.create({
      model: 'whisper',
      file: audio,
      response_format: 'text',
    });
    assert.equal(text, TEXT);
  });

  test('is JSON, or plain text if that is asked for', async () => {
    const json = await post(file(createWav(1)), ['response_format', 'json']);
    assert.equal(await heard(json), TEXT);
    const text = await post(['response_format', 'text'], file(createWav(1)));
    assert.match(text.headers.get('content-type') ?? '', /^text\/plain/);
    assert.equal(await text.text(), TEXT);
  });

  test('is a stream if that is asked for, as the openai client reads it', async () => {
    const audio = await toFile(createWav(1), 'audio.wav');
    const events = await openai.audio.transcriptions.create({ model: 'whisper', file: audio, stream: true });
    const got: unknown[] = [];
    for await (const event of events) got.push(event);
    assert.deepEqual(got, [
      { type: 'transcript.text.delta', delta: TEXT },
      { type: 'transcript.text.done', text: TEXT },
    ]);
  });

  test('that is to be a stream is refused by its status while nothing has come', async () => {
    const { status, code } = await readError(await post(['stream', 'true'], file(bytesOf('OggSnoise'))));
    assert.deepEqual([status, code], [400, 'invalid_audio']);
  });

  test('takes fields after the file, a file without a name worth the word, and the default model', async () => {
    const response = await post(
      file(createWav(1), 'blob'),
      ['response_format', 'text'],
      ['model', ''],
      ['unknown', 'x'],
    );
    assert.equal(await response.text(), TEXT);
  });

  test('hears all of a long recording', async () => {
    const response = await post(file(createWav(65)));
    assert.equal(await heard(response), `${TEXT} ${TEXT} ${TEXT}`);
  });

  test('passes the prompt on, for that request only', async () => {
    const ask = async (...fields: Part[]) => heard(await post(file(createWav(1)), ...fields));
    // The scripted model begins as many words later as the prompt has tokens, and one for its mark.
    assert.equal(await ask(['prompt', 'ab']), WORDS.slice(3).join('').trim());
    assert.equal(await ask(), TEXT);
  });

  test("keeps the prompt of the model's config, also after a request had its own", async () => {
    const ask = async (...fields: Part[]) =>
      heard(await post(file(createWav(1)), ['model', 'primed'], ...fields));
    assert.equal(await ask(), WORDS.slice(4).join('').trim());
    assert.equal(await ask(['prompt', 'a']), WORDS.slice(2).join('').trim());
    assert.equal(await ask(), WORDS.slice(4).join('').trim());
  });

  test('warns once of language and temperature, naming them', async () => {
    const since = await gateway.mark();
    const response = await post(['language', 'en'], file(createWav(1)), ['temperature', '0.2']);
    assert.equal(response.status, 200);
    const requestId = response.headers.get('x-request-id');
    await gateway.logged((line) => line.msg === 'request completed' && line.requestId === requestId, since);
    const warnings = gateway.log.slice(since).filter(({ level }) => level === 40);
    assert.deepEqual(
      warnings.map((line) => [line.requestId, line.parameters]),
      [[requestId, ['language', 'temperature']]],
    );
  });

  test('of a damaged recording is 400, and the next one is well', async () => {
    const wav = createWav(1);
    const noCodec = createWav(1, { codec: 0x9999 });
    for (const [title, bytes] of [
      ['a header alone', wav.subarray(0, 30)],
      ['an unknown codec', noCodec],
      ['random bytes behind a signature', bytesOf(`OggS${'noise'.repeat(2_000)}`)],
    ] as const) {
      const { status, code, param } = await readError(await post(file(bytes)));
      assert.deepEqual([status, code, param], [400, 'invalid_audio', 'file'], title);
    }
    assert.equal(await heard(await post(file(wav))), TEXT);
    assert.deepEqual(uploads(), []);
  });

  // That the engine is told to stop is shown in unit/workers/bare/end-cancelled-transcription; here, that a call which it
  // was told to stop ends, leaves no file, and does the next one no harm: with the bare SDK none would begin after it.
  test('that nobody waits for any more ends, and the next one is well', async () => {
    const long = createWav(2_000, { sampleRate: 8_000, bitsPerSample: 8 });
    const since = await gateway.mark();
    const abort = new AbortController();
    const { headers, body } = toForm([file(long)]);
    const lost = checkedFetch(ENDPOINT, {
      method: 'POST',
      headers,
      body,
      signal: abort.signal,
    });
    await gateway.logged(({ msg, model }) => msg === 'call started' && model === 'whisper', since);
    assert.equal(uploads().length, 1);
    abort.abort();
    await assert.rejects(lost);
    assert.equal(await heard(await post(file(createWav(1)))), TEXT);
    await until(() => uploads().length === 0);
  });
});

describe('a request that is refused', () => {
  const wav = createWav(1);
  const cases: [title: string, parts: Part[], expected: [status: number, code: string, param: string]][] = [
    ['without a file', [['model', 'whisper']], [400, 'missing_file', 'file']],
    ['with a file that is text', [['file', 'audio.wav']], [400, 'missing_file', 'file']],
    ['with a file in another field', [['audio', wav, '; filename="a"']], [400, 'invalid_value', 'audio']],
    ['with an empty file', [file(new Uint8Array())], [400, 'invalid_audio', 'file']],
    ['with garbage', [file(bytesOf('garbage'.repeat(700)))], [400, 'invalid_audio', 'file']],
    [
      'with a playlist, which would have FFmpeg open other files',
      [file(bytesOf('#EXTM3U\n/etc/passwd\n'))],
      [400, 'invalid_audio', 'file'],
    ],
    [
      'with a recording that is cut off',
      [file(createWav(1, { promisedBytes: 64_000 }))],
      [400, 'invalid_audio', 'file'],
    ],
    ['with an unknown model', [file(wav), ['model', 'whisper-1']], [404, 'model_not_found', 'model']],
    ...['verbose_json', 'srt', 'vtt', 'xml'].map((format): (typeof cases)[number] => [
      `with response_format ${format}`,
      [file(wav), ['response_format', format]],
      [400, 'unsupported_response_format', 'response_format'],
    ]),
    ['with a file over 25 MB', [file(new Uint8Array(25 * MB + 1))], [413, 'request_too_large', 'file']],
    ['with a file far over 25 MB', [file(new Uint8Array(40 * MB))], [413, 'request_too_large', 'file']],
  ];
  for (const [title, parts, expected] of cases) {
    test(title, async () => {
      const { status, code, param, message } = await readError(await post(...parts));
      assert.deepEqual([status, code, param], expected, message);
      assert.deepEqual(uploads(), []);
    });
  }

  test('with a file over 25 MB that comes in chunks', async () => {
    const { headers, body } = toForm([file(new Uint8Array(40 * MB)), ['model', 'whisper']]);
    const stream = new Blob([body]).stream();
    const init = { method: 'POST', headers, body: stream, duplex: 'half' } as RequestInit;
    assert.equal((await readError(await checkedFetch(ENDPOINT, init))).status, 413);
    assert.deepEqual(uploads(), []);
  });

  test('with a body that is no form, or a form that ends too early', async () => {
    const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    const text = { method: 'POST', body: 'audio' };
    for (const init of [json, text]) {
      const { status, code, message } = await readError(await checkedFetch(ENDPOINT, init));
      assert.deepEqual([status, code], [415, 'unsupported_media_type']);
      assert.match(message, /multipart\/form-data/);
    }
    const { headers, body } = toForm([file(wav)]);
    for (const length of [body.length - 20, 120, 0]) {
      const cut = body.subarray(0, length);
      const { status, code } = await readError(
        await checkedFetch(ENDPOINT, { method: 'POST', headers, body: cut }),
      );
      assert.deepEqual([status, code], [400, length ? 'invalid_request' : 'missing_file']);
    }
    const noBoundary = { method: 'POST', headers: { 'content-type': 'multipart/form-data' }, body: 'x' };
    assert.equal((await readError(await checkedFetch(ENDPOINT, noBoundary))).status, 400);
    assert.deepEqual(uploads(), []);
  });
});

test('a client that hangs up while it sends its file leaves nothing behind', async () => {
  const since = await gateway.mark();
  const { headers, body } = toForm([file(createWav(10))]);
  const upload = request(ENDPOINT, {
    method: 'POST',
    headers: { ...headers, 'x-request-id': 'hang-up', 'content-length': body.length },
  });
  upload.on('error', () => {}); // of hanging up
  upload.write(body.subarray(0, 200_000));
  await until(() => uploads().length === 1);
  upload.destroy();
  const { status } = await gateway.logged(
    ({ msg, requestId }) => msg === 'request completed' && requestId === 'hang-up',
    since,
  );
  assert.equal(status, 499);
  await until(() => uploads().length === 0);
  assert.deepEqual(
    gateway.log.slice(since).filter(({ level }) => (level as number) >= 50),
    [],
  );
});

test('a form is no chat request', async () => {
  const response = await checkedFetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    ...toForm([['model', 'whisper']]),
  } as RequestInit);
  assert.equal((await readError(response)).code, 'unsupported_media_type');
});
