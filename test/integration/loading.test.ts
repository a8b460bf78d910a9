import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { createScriptedModel } from '../../src/scripted-model/scripted-model.js';
import { checkedFetch } from '../support/checked-fetch.js';
import { spawnCli } from '../support/cli.js';
import { refusalOf } from '../support/fault-gateway.js';
import { startGateway } from '../support/gateway.js';
import { startModelServer } from '../support/model-server.js';
import { startRemoteGateway, writeRemoteConfig } from '../support/remote-gateway.js';
import { ALPHA, fallbackOf } from '../support/scripts.js';
import { parseSse } from '../support/sse.js';
import { HAS_TERMINAL, openTerminal } from '../support/terminal.js';

/** Bytes. */
const HALF = 120_000;

const server = await startModelServer();
const MODEL = createScriptedModel(ALPHA);
for (const name of ['streamed', 'failing', 'early', 'blocked', 'slow']) server.put(`/${name}.gguf`, MODEL);
const src = (name: string) => ({ src: `${server.origin}/${name}.gguf` });
const gateway = await startRemoteGateway({
  streamed: src('streamed'),
  failing: src('failing'),
  gone: src('gone'),
  early: src('early'),
  blocked: src('blocked'),
});
const stream = (model: string, headers: Record<string, string> = {}): Promise<Response> =>
  checkedFetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'Hello!' }] }),
  });
const KEEP_ALIVE = ': keep-alive\n\n';

/** The text of a stream that began with comments. */
async function textOf(response: Response): Promise<{ comments: number; payloads: string[] }> {
  const text = await response.text();
  const payloads = text.slice(text.lastIndexOf(KEEP_ALIVE) + KEEP_ALIVE.length);
  return { comments: text.split(KEEP_ALIVE).length - 1, payloads: parseSse(payloads) };
}

// Most of the time they wait: together they take half as long.
describe('while a model is downloaded', { concurrency: 4 }, () => {
  test('a stream on a model that is downloaded begins with comments, and then is as any other', async () => {
    const hold = server.hold('/streamed.gguf', HALF);
    const response = await stream('streamed'); // the head comes while nothing else does
    assert.equal(response.status, 200);
    assert.equal((await gateway.statusOf('streamed')).state, 'loading');
    hold.release();
    const { comments, payloads } = await textOf(response);
    assert.ok(comments >= 1);
    assert.equal(payloads.pop(), '[DONE]');
    const chunks = payloads.map((payload) => JSON.parse(payload));
    assert.equal(chunks.map(({ choices }) => choices[0].delta.content ?? '').join(''), fallbackOf(ALPHA));
  });

  test('what goes wrong after that is a frame', async () => {
    const hold = server.hold('/failing.gguf', HALF);
    const response = await stream('failing');
    await gateway.openai.models.delete('failing');
    await hold.left;
    const { comments, payloads } = await textOf(response);
    assert.ok(comments >= 1);
    assert.deepEqual(
      payloads.map((payload) => JSON.parse(payload).error.code),
      ['model_unloaded'],
    );
  });

  test('what goes wrong before has its status, also of a stream', async () => {
    const response = await stream('gone');
    assert.equal(response.status, 500);
    const { error } = (await response.json()) as { error: { code: string } };
    assert.equal(error.code, 'model_load_failed');
  });

  test('a deadline of the request comes first', async () => {
    const hold = server.hold('/early.gguf', HALF);
    const response = await stream('early', { 'x-request-timeout-ms': '2000' });
    assert.equal(response.status, 504);
    await response.json();
    hold.release();
    await gateway.until('early', ({ state }) => state === 'ready');
  });

  test('a blocking request does not wait for a long download, which goes on for the next', async () => {
    const hold = server.hold('/blocked.gguf', HALF, true); // a trickle: a silent connection would be taken up anew
    const { status, code, message, headers } = await refusalOf(gateway.ask('blocked'));
    assert.deepEqual([status, code], [503, 'model_loading']);
    assert.match(message, /\d+ of \d+ bytes/);
    const retryAfter = Number(headers?.get('retry-after'));
    assert.ok(retryAfter >= 1 && retryAfter <= 300);
    assert.equal(headers?.get('x-should-retry'), 'true');
    assert.equal((await gateway.statusOf('blocked')).state, 'loading');
    hold.release();
    assert.equal(await gateway.ask('blocked'), fallbackOf(ALPHA));
    assert.equal(server.requests.filter(({ path }) => path === '/blocked.gguf').length, 1);
  });
});

test('a preloaded model that must be downloaded first does not hold up requests for others', async () => {
  const { folder, config } = writeRemoteConfig({ slow: { ...src('slow'), preload: true } });
  const hold = server.hold('/slow.gguf', HALF);
  const child = spawnCli(['serve', 'openai', '-p', '0', '-c', config, '--log-format', 'json'], folder);
  try {
    const [first] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(first.toString())?.[0];
    assert.ok(url, first.toString());
    await hold.reached;
    const response = await checkedFetch(`${url}/v1/models?state=all`);
    const { data } = (await response.json()) as { data: { id: string; state: string }[] };
    assert.deepEqual(
      data.map(({ id, state }) => [id, state]),
      [['slow', 'loading']],
    );
    assert.equal((await fetch(`${url}/ready`)).status, 503);
  } finally {
    child.kill('SIGTERM');
    await once(child, 'close');
  }
});

test('who waits at a terminal sees how far the download is', { skip: !HAS_TERMINAL }, async () => {
  const { folder, config } = writeRemoteConfig({ loaded: src('loaded'), asked: src('asked') });
  const { url } = await startGateway(['-c', config], folder);
  for (const [alias, command, end] of [
    ['loaded', ['load', 'loaded'], 'loaded is ready.'],
    ['asked', ['run', 'asked', 'Hello!'], fallbackOf(ALPHA)],
  ] as const) {
    server.put(`/${alias}.gguf`, MODEL);
    const hold = server.hold(`/${alias}.gguf`, HALF, true);
    const terminal = openTerminal([...command, '--url', url], folder);
    await terminal.until(new RegExp(`downloading ${alias}: [\\d.]+ \\w+ of [\\d.]+ \\w+`));
    hold.release();
    assert.equal(await terminal.exited, 0);
    assert.ok(terminal.output().endsWith(`\r\x1b[K${end}\r\n`), JSON.stringify(terminal.output()));
  }
});
