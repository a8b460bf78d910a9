import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import type { GatewayStatus, ModelStatus } from '../../src/protocol/status.js';
import { runCli } from '../support/cli.js';
import { startEndlessStream } from '../support/endless-stream.js';
import { openEvents } from '../support/event-reader.js';
import { startGateway } from '../support/gateway.js';
import { createOpenAI } from '../support/openai-client.js';
import { isAlive } from '../support/processes.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const config = writeScriptedConfig(folder, [
  [ALPHA, { preload: true, config: { ctx_size: 131_072 } }],
  [BETA],
  [{ ...BETA, name: 'org/model' }],
]);
const gateway = await startGateway(['-c', config], folder);
const openai = createOpenAI(gateway.url);

const ask = (model: string, options?: { headers: Record<string, string> }) =>
  openai.chat.completions.create({ model, messages: [{ role: 'user', content: 'Hello!' }] }, options);

async function get<Body>(path: string, method = 'GET'): Promise<{ status: number; body: Body }> {
  const response = await fetch(gateway.url + path, { method });
  return { status: response.status, body: (await response.json()) as Body };
}

async function statusOf(alias: string): Promise<ModelStatus> {
  const { body } = await get<GatewayStatus>('/qvac/v1/status');
  const model = body.models.find(({ id }) => id === alias);
  assert.ok(model);
  return model;
}

/** The sample of a metric with these labels; 0 if there is none. */
async function metric(name: string, labels: string): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name}{${labels}} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}

const load = (alias: string) =>
  get<{ state?: string; error?: { code: string } }>(`/qvac/v1/models/${alias}/load`, 'POST');
const qvac = (...args: string[]) => runCli([...args, '--url', gateway.url], folder);

test('it is alive and ready', async () => {
  assert.deepEqual(await get('/health'), { status: 200, body: { status: 'ok' } });
  assert.deepEqual(await get('/ready'), { status: 200, body: { status: 'ready' } });
});

test('a call that runs and one that waits are seen, and cancelled by their ids', async () => {
  const before = await statusOf('alpha');
  assert.deepEqual(
    { state: before.state, incarnation: before.incarnation, restarts: before.restarts, calls: before.calls },
    { state: 'ready', incarnation: 1, restarts: 0, calls: [] },
  );
  assert.ok(before.pid !== null && isAlive(before.pid));
  assert.ok((before.memory_bytes ?? 0) > 1024 * 1024);

  const stream = await startEndlessStream(openai, ALPHA);
  const waiting = ask('alpha', { headers: { 'x-request-id': 'patient' } });
  const leaving = ask('alpha', { headers: { 'x-request-id': 'impatient' } });
  leaving.catch(() => {});
  let model = await statusOf('alpha');
  while (model.queue.length < 2) model = await statusOf('alpha');
  assert.deepEqual(
    model.queue.map(({ position }) => position),
    [1, 2],
  );
  assert.deepEqual(model.queue.map(({ id }) => id).sort(), ['impatient', 'patient']);
  assert.equal(model.calls.length, 1);
  assert.equal(model.calls[0]?.kind, 'chat');
  assert.ok(model.calls[0].started_at);
  assert.equal(await metric('qvac_gateway_queue_length', 'model="alpha"'), 2);

  const id = 'impatient';
  assert.deepEqual((await get(`/qvac/v1/calls/${id}`, 'DELETE')).body, {
    id,
    object: 'call',
    cancelled: true,
  });
  await assert.rejects(leaving, { status: 503, code: 'call_cancelled' });
  assert.equal((await get(`/qvac/v1/calls/${model.calls[0].id}`, 'DELETE')).status, 200);
  const failure = (await stream.ended) as { code?: string };
  assert.equal(failure.code, 'call_cancelled');
  // The engine is free for the next.
  assert.equal((await waiting).choices[0]?.message.content, fallbackOf(ALPHA));
  const gone = await get<{ error: { code: string } }>('/qvac/v1/calls/patient', 'DELETE');
  assert.deepEqual([gone.status, gone.body.error.code], [404, 'call_not_found']);
});

test('the metrics move', async () => {
  const names = [
    [
      'qvac_gateway_http_requests_total',
      'method="POST",route="/v1/chat/completions",model="alpha",status="200"',
      1,
    ],
    ['qvac_gateway_http_request_duration_seconds_count', 'method="POST",route="/v1/chat/completions"', 1],
    ['qvac_gateway_time_to_first_token_seconds_count', 'model="alpha"', 1],
    ['qvac_gateway_queue_wait_seconds_count', 'model="alpha"', 1],
  ] as const;
  const read = () => Promise.all(names.map(([name, labels]) => metric(name, labels)));
  const before = await read();
  const tokensBefore = await metric('qvac_gateway_completion_tokens_total', 'model="alpha"');
  const promptBefore = await metric('qvac_gateway_prompt_tokens_total', 'model="alpha"');
  const gapsBefore = await metric('qvac_gateway_inter_token_seconds_count', 'model="alpha"');
  const { usage } = await ask('alpha');
  assert.deepEqual(
    await read(),
    before.map((value, at) => value + (names[at]?.[2] ?? 0)),
  );
  const tokens = (await metric('qvac_gateway_completion_tokens_total', 'model="alpha"')) - tokensBefore;
  assert.equal(tokens, usage?.completion_tokens);
  const prompt = (await metric('qvac_gateway_prompt_tokens_total', 'model="alpha"')) - promptBefore;
  assert.equal(prompt, usage?.prompt_tokens);
  const gaps = (await metric('qvac_gateway_inter_token_seconds_count', 'model="alpha"')) - gapsBefore;
  assert.ok(gaps > 0 && gaps < tokens, `${gaps} gaps between ${tokens} tokens`);
  assert.equal(await metric('qvac_gateway_model_state', 'model="alpha",state="ready"'), 1);
  assert.ok((await metric('qvac_gateway_model_memory_bytes', 'model="alpha"')) > 1024 * 1024);
});

test('nothing that a client makes up becomes a label', async () => {
  await fetch(`${gateway.url}/no/such/path`);
  await ask('made-up').catch(() => {});
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  assert.doesNotMatch(text, /no\/such|made-up/);
  assert.match(text, /http_requests_total\{method="",route="",model="",status="404"\} /);
  assert.match(text, /^nodejs_eventloop_lag_p99_seconds /m);
  assert.match(text, /^process_resident_memory_bytes /m);
});

test('a model is loaded on demand, and the events tell of it, of its crash and of its unload', async () => {
  const events = await openEvents(`${gateway.url}/qvac/v1/events`);
  const isOfBeta = ({ type, model }: { type: string; model: string }) =>
    type === 'change' && model === 'beta';
  assert.deepEqual((await load('beta')).body, { id: 'beta', object: 'model', state: 'ready' });
  assert.equal((await load('org/model')).body.state, 'ready');
  const { pid } = await statusOf('beta');
  process.kill(pid as number, 'SIGKILL');
  await events.until((event) => isOfBeta(event) && event.event === 'retry');
  await events.until((event) => isOfBeta(event) && event.event === 'loaded', 2);
  const { restarts, incarnation, last_exit } = await statusOf('beta');
  assert.deepEqual(
    { restarts, incarnation, code: last_exit?.code },
    { restarts: 1, incarnation: 2, code: 'worker_crashed' },
  );
  assert.match(last_exit?.reason ?? '', /killed by SIGKILL/);
  assert.equal(await metric('qvac_gateway_model_restarts_total', 'model="beta"'), 1);
  await fetch(`${gateway.url}/v1/models/beta`, { method: 'DELETE' });
  await events.until((event) => isOfBeta(event) && event.event === 'unloaded');
  const story = events.seen.filter(isOfBeta);
  assert.deepEqual(
    story.map(({ from, state }) => `${from} ${state}`),
    [
      'idle loading',
      'loading ready',
      'ready backoff',
      'backoff loading',
      'loading ready',
      'ready draining',
      'draining unloading',
      'unloading idle',
    ],
  );
  assert.match(story[2]?.reason ?? '', /killed by SIGKILL/);
  assert.deepEqual(
    events.seen.filter(({ type }) => type === 'state').map(({ model, state }) => `${model} ${state}`),
    ['alpha ready', 'beta idle', 'org/model idle'],
  );
  events.close();
});

test('a load of a model that is not configured is 404, and so is a path without its end', async () => {
  assert.equal((await load('gamma')).body.error?.code, 'model_not_found');
  assert.equal(
    (await get<{ error: { code: string } }>('/qvac/v1/models/beta', 'POST')).body.error.code,
    'not_found',
  );
});

test('qvac load, ps and unload', async () => {
  assert.deepEqual(await qvac('load', 'beta'), { exitCode: 0, stdout: 'beta is ready.\n', stderr: '' });
  const { stdout } = await qvac('ps');
  assert.match(
    stdout,
    /^MODEL +STATE +CALLS +QUEUE +TOKENS\/S +MEMORY +THREADS +SINCE +UNLOADED +RESTARTS +LAST EXIT\n/,
  );
  assert.match(stdout, /^alpha +ready +0\/1 +0 +- +\d+ MB +1 +\d+[sm] +- +0 +-$/m);
  assert.match(stdout, /^beta +ready .* 1 +\d+[sm] ago: its engine process was killed by SIGKILL$/m);
  assert.match(stdout, /\n\nMemory kept for models: \d+ MB of \d+ MB\n$/);
  assert.deepEqual(await qvac('unload', 'beta'), { exitCode: 0, stdout: 'beta is unloaded.\n', stderr: '' });
  const json = JSON.parse((await qvac('ps', '--json')).stdout) as GatewayStatus;
  assert.equal(json.models.find(({ id }) => id === 'beta')?.state, 'idle');
});

test('qvac unload --now cancels what runs, and the gateway is ready without what nobody wants any more', async () => {
  const stream = await startEndlessStream(openai, ALPHA);
  assert.equal((await qvac('unload', 'alpha', '--now')).exitCode, 0);
  assert.equal(((await stream.ended) as { code?: string }).code, 'model_unloaded');
  assert.equal((await get('/ready')).status, 200);
});

test('a command says what the gateway refuses, and where to look if there is none', async () => {
  const refused = await qvac('load', 'gamma');
  assert.deepEqual([refused.exitCode, refused.stdout], [1, '']);
  assert.match(refused.stderr, /^error: No model 'gamma' is configured.*\(model_not_found\)\n$/);

  const other = createServer((_, response) => response.writeHead(404).end('404 page not found')).listen(
    0,
    '127.0.0.1',
  );
  after(() => other.close());
  await once(other, 'listening');
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  const foreign = await runCli(['ps', '--url', `${url}/v1`], folder);
  assert.equal(foreign.exitCode, 69);
  assert.ok(foreign.stderr.includes(`what answers at ${url} is no gateway`), foreign.stderr);
  const nobody = 'http://127.0.0.1:1';
  const none = await runCli(['ps', '--url', nobody], folder);
  assert.equal(none.exitCode, 69);
  assert.ok(none.stderr.includes(`no gateway answers at ${nobody} (ECONNREFUSED)`), none.stderr);
  assert.match(none.stderr, /qvac serve openai.*--url/);
});

// The last: it stops the gateway.
test('a stream of events ends with the gateway, which does not wait for it', async () => {
  const events = await openEvents(`${gateway.url}/qvac/v1/events`);
  const startedAt = performance.now();
  assert.equal(await gateway.stop(), 0);
  assert.ok(performance.now() - startedAt < 20_000, 'it waited for a stream that has no end');
  await events.ended;
});
