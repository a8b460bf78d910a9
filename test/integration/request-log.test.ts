import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type OpenAI from 'openai';
import { type LogLine, startGateway } from '../support/gateway.js';
import { createOpenAI } from '../support/openai-client.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const KEY = 'sk-alice-51d2c9';
const SECRETS = {
  key: KEY,
  'wrong key': 'sk-wrong-88aa41',
  'key in the environment': 'sk-env-19f7d2',
  prompt: 'my-secret-plan-4711',
  'file name': 'my-private-diary.wav',
  'field of a form': 'my-secret-hint-0815',
  'input to embed': 'my-secret-input-1234',
  'key in a query': 'sk-query-5e5e5e',
};

const folder = tempFolder();
const path = writeScriptedConfig(folder, [[ALPHA, { preload: true, default: true }]]);
const config = JSON.parse(readFileSync(path, 'utf8'));
config.serve.apiKeys = [{ name: 'alice', key: KEY }];
writeFileSync(path, JSON.stringify(config));
const env = { QVAC_API_KEY: SECRETS['key in the environment'] };
const quiet = await startGateway(['-v', '-c', path], folder, env);
const open = await startGateway(['-c', path, '--log-prompts'], folder, env);

const lineOf = (id: string, msg: string) => (line: LogLine) => line.requestId === id && line.msg === msg;

async function ask(url: string, id: string, content: string, stream: boolean) {
  const openai = createOpenAI(url, KEY);
  const messages = [{ role: 'user' as const, content }];
  const headers = { 'x-request-id': id };
  if (!stream) return (await openai.chat.completions.create({ messages, model: 'alpha' }, { headers })).usage;
  const body = { messages, model: 'alpha', stream, stream_options: { include_usage: true } };
  const chunks = await openai.chat.completions.create({ ...body, stream: true }, { headers });
  let last: OpenAI.CompletionUsage | null | undefined;
  for await (const { usage } of chunks) last = usage;
  return last;
}

for (const stream of [false, true]) {
  test(`the line of a chat has all that is known of it: stream ${stream}`, async () => {
    const id = `chat-${stream}`;
    const usage = await ask(quiet.url, id, 'Hello!', stream);
    const line = await quiet.logged(lineOf(id, 'request completed'));
    assert.deepEqual(
      {
        method: line.method,
        path: line.path,
        status: line.status,
        outcome: line.outcome,
        model: line.model,
        key: line.key,
        promptTokens: line.promptTokens,
        completionTokens: line.completionTokens,
        cachedTokens: line.cachedTokens,
      },
      {
        method: 'POST',
        path: '/v1/chat/completions',
        status: 200,
        outcome: 'ok',
        model: 'alpha',
        key: 'alice',
        promptTokens: usage?.prompt_tokens,
        completionTokens: usage?.completion_tokens,
        cachedTokens: usage?.prompt_tokens_details?.cached_tokens,
      },
    );
    const { queueMs, firstTokenMs, durationMs } = line as Record<string, unknown>;
    for (const ms of [queueMs, firstTokenMs, durationMs]) assert.ok(Number.isInteger(ms), String(ms));
  });
}

test('the line of a refusal has its code, and nothing of what did not come to be', async () => {
  const response = await fetch(`${quiet.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'x-request-id': 'refused' },
  });
  assert.equal(response.headers.get('x-request-id'), 'refused');
  const line = await quiet.logged(lineOf('refused', 'request completed'));
  assert.deepEqual(Object.keys(line).sort(), [
    ...['durationMs', 'key', 'level', 'method', 'msg', 'outcome', 'path', 'requestId', 'status', 'time'],
  ]);
  assert.equal(line.outcome, 'invalid_type');
});

/** Sends each of the secrets where it belongs, or where somebody may put it. */
async function tellSecrets(url: string): Promise<void> {
  const authorization = `Bearer ${KEY}`;
  const json = { authorization, 'content-type': 'application/json' };
  const post = (route: string, headers: Record<string, string>, body: string | FormData) =>
    fetch(url + route, { method: 'POST', headers, body });
  await ask(url, 'secret', SECRETS.prompt, false);
  await ask(url, 'secret-stream', SECRETS.prompt, true);
  await fetch(`${url}/v1/models?api_key=${SECRETS['key in a query']}`, { headers: { authorization } });
  await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${SECRETS['wrong key']}` } });
  await post('/v1/chat/completions', json, `{"messages": "${SECRETS.prompt}"}`);
  await post('/v1/chat/completions', json, `not JSON ${SECRETS.prompt}`);
  await post(
    '/v1/embeddings',
    json,
    JSON.stringify({ model: 'alpha', input: SECRETS['input to embed'], user: SECRETS.prompt }),
  );
  const form = new FormData();
  form.append('prompt', SECRETS['field of a form']);
  form.append('language', SECRETS['field of a form']);
  form.append('file', new Blob(['no sound']), SECRETS['file name']);
  await post('/v1/audio/transcriptions', { authorization }, form);
  await fetch(`${url}/last`, { headers: { authorization, 'x-request-id': 'last' } });
}

test('no line has a key, a prompt, a file name or a field, at any level', async () => {
  await tellSecrets(quiet.url);
  await quiet.logged(lineOf('last', 'request completed'));
  const all = JSON.stringify(quiet.log) + quiet.stderr();
  for (const [what, secret] of Object.entries(SECRETS)) assert.ok(!all.includes(secret), what);
  assert.ok(!all.includes(fallbackOf(ALPHA)), 'an answer');
});

test('with --log-prompts what is asked and answered has a line, after a warning; keys have none', async () => {
  assert.ok(open.log.some(({ msg, level }) => level === 40 && msg.startsWith('--log-prompts')));
  await tellSecrets(open.url);
  for (const id of ['secret', 'secret-stream']) {
    const { prompt, answers } = await open.logged(lineOf(id, 'request text'));
    assert.ok(String(prompt).includes(SECRETS.prompt));
    assert.deepEqual(answers, [fallbackOf(ALPHA)]);
  }
  await open.logged(lineOf('last', 'request completed'));
  const all = JSON.stringify(open.log) + open.stderr();
  for (const what of ['key', 'wrong key', 'key in the environment', 'key in a query', 'file name'] as const) {
    assert.ok(!all.includes(SECRETS[what]), what);
  }
});

test('what is logged of a prompt has a bound', async () => {
  const long = await fetch(`${open.url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${KEY}`,
      'content-type': 'application/json',
      'x-request-id': 'longer',
    },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'x'.repeat(20_000) }] }),
  });
  await long.text();
  const { prompt } = await open.logged(lineOf('longer', 'request text'));
  assert.match(String(prompt), /x … \(cut\)$/);
  assert.ok(String(prompt).length < 9_000);
});
