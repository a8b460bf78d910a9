/** Two real gateways: the far one is killed, stopped, slowed down and restarted while the near one answers for it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ERRORS, type ErrorCode } from '../../src/protocol/errors.js';
import { openEvents } from '../support/event-reader.js';
import { startFaultGateway } from '../support/fault-gateway.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { addRemotes } from '../support/remote-config.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const farFolder = tempFolder();
const farConfig = writeScriptedConfig(farFolder, [[ALPHA, { preload: true, config: { ctx_size: 131_072 } }]]);
let far: TestGateway = await startFar();
/** Takes its place: one that is started within a test is stopped with it. */
const successor = await startFar();

/** Stands between the gateways: the far one keeps its address, and can be slow. */
let delayMs = 0;
const sockets = new Set<Socket>();
const between = createServer((near) => {
  const { port, hostname } = new URL(far.url);
  const there = connect(Number(port), hostname);
  for (const [from, to] of [
    [near, there],
    [there, near],
  ] as const) {
    sockets.add(from);
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
    from.on('data', (bytes) => {
      if (delayMs === 0) to.write(bytes);
      else setTimeout(() => to.writable && to.write(bytes), delayMs);
    });
  }
});
between.listen(0, '127.0.0.1');
await once(between, 'listening');
after(() => {
  for (const socket of sockets) socket.destroy();
  between.close();
});
const { port } = between.address() as { port: number };

const nearFolder = tempFolder();
const quick = {
  probeIntervalMs: 200,
  connectTimeoutMs: 1_000,
  headersTimeoutMs: 5_000,
  idleTimeoutMs: 2_000,
};
const near = await startFaultGateway(
  addRemotes(writeScriptedConfig(nearFolder, [[BETA, { preload: true, config: { ctx_size: 131_072 } }]]), {
    'far-alpha': { url: `http://127.0.0.1:${port}/v1`, model: 'alpha', ...quick },
  }),
  nearFolder,
);

async function startFar(): Promise<TestGateway> {
  // Without a supervisor: what is killed is to be gone.
  return startGateway(['-c', farConfig, '--no-supervisor'], farFolder);
}

/** Asks in one of two ways. @returns what came of it; throws what is neither right nor of the contract. */
async function askFar(stream: boolean): Promise<'right' | ErrorCode> {
  const response = await post('far-alpha', stream);
  const text = await response.text();
  if (response.status !== 200) return checkError(JSON.parse(text), response.status);
  if (!stream) {
    assert.equal(JSON.parse(text).choices[0].message.content, fallbackOf(ALPHA));
    return 'right';
  }
  const frames = text.trimEnd().split('\n\n');
  const last = frames.pop() ?? '';
  let content = '';
  for (const frame of frames) {
    if (!frame.startsWith('data: ')) continue;
    content += JSON.parse(frame.slice(6)).choices[0].delta.content ?? '';
  }
  if (last === 'data: [DONE]') {
    assert.equal(content, fallbackOf(ALPHA));
    return 'right';
  }
  assert.ok(fallbackOf(ALPHA).startsWith(content), content);
  return checkError(JSON.parse(last.slice('data: '.length)));
}

function checkError(
  { error }: { error: { code: ErrorCode; type: string; message: string } },
  status?: number,
) {
  assert.ok(Object.hasOwn(ERRORS, error.code), error.code);
  assert.equal(error.type, ERRORS[error.code].type);
  if (status !== undefined) assert.equal(ERRORS[error.code].status, status);
  return error.code;
}

function post(model: string, stream: boolean, content = 'Hello!'): Promise<Response> {
  return fetch(`${near.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content }] }),
  });
}

/** Callers that ask one after another until they are told to stop, and a stream of the near model that must not notice. */
function startLoad() {
  let isOver = false;
  const outcomes: string[] = [];
  const callers = Array.from({ length: 4 }, async (_, caller) => {
    while (!isOver) outcomes.push(await askFar(caller % 2 === 0));
  });
  const locals = (async () => {
    let count = 0;
    while (!isOver) {
      assert.equal(await near.ask('beta'), fallbackOf(BETA));
      count += 1;
    }
    return count;
  })();
  return {
    outcomes,
    end(): void {
      isOver = true;
    },
    async stop(): Promise<number> {
      isOver = true;
      const [count] = await Promise.all([locals, ...callers]);
      return count;
    },
  };
}

async function untilOutcome(
  outcomes: readonly string[],
  matches: (outcome: string) => boolean,
): Promise<void> {
  const from = outcomes.length;
  while (!outcomes.slice(from).some(matches)) await new Promise((resolve) => setTimeout(resolve, 20));
}

const isRight = (outcome: string) => outcome === 'right';
const isWrong = (outcome: string) => outcome !== 'right';
const changed = (state: string) => (event: { type: string; model: string; state: string }) =>
  event.type === 'change' && event.model === 'far-alpha' && event.state === state;

test('the far gateway is killed and another takes its place under load: every call ends right or in an error, and it is listed only while it is there', async (t) => {
  const events = await openEvents(`${near.url}/qvac/v1/events`);
  const load = startLoad();
  t.after(load.end);
  await untilOutcome(load.outcomes, isRight);
  process.kill(far.gatewayPid, 'SIGKILL');
  await far.exited;
  await events.until(changed('backoff'));
  assert.deepEqual(await near.listed(), ['beta']);
  await untilOutcome(load.outcomes, isWrong);
  far = successor;
  await events.until(changed('ready'));
  await untilOutcome(load.outcomes, isRight);
  assert.ok((await near.listed()).includes('far-alpha'));
  assert.ok((await load.stop()) > 0, 'the near model answered meanwhile');
  events.close();
});

test('the far gateway stands still in the middle of a stream: the stream ends with an error, and later all is well', async (t) => {
  const response = await post('far-alpha', true, 'for ever');
  const reader = (response.body as unknown as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  await reader.next();
  const load = startLoad();
  t.after(load.end);
  const events = await openEvents(`${near.url}/qvac/v1/events`);
  process.kill(far.gatewayPid, 'SIGSTOP');
  let text = '';
  try {
    for (let part = await reader.next(); !part.done; part = await reader.next()) {
      text += Buffer.from(part.value).toString();
    }
    await events.until(changed('backoff'));
  } finally {
    process.kill(far.gatewayPid, 'SIGCONT');
  }
  const last = text.trimEnd().split('\n\n').at(-1) ?? '';
  assert.equal(JSON.parse(last.slice('data: '.length)).error.code, 'remote_timeout');
  await events.until(changed('ready'));
  await untilOutcome(load.outcomes, isRight);
  assert.ok((await load.stop()) > 0);
  events.close();
});

test('the way to the far gateway is slow: calls take longer, and end right', async () => {
  delayMs = 100;
  try {
    for (const outcome of await Promise.all([askFar(true), askFar(false), askFar(true)])) {
      assert.equal(outcome, 'right');
    }
  } finally {
    delayMs = 0;
  }
});

test('the near gateway stops while a call is elsewhere: the call ends with an error, and the far engine is free', async () => {
  const folder = tempFolder();
  const third = await startGateway(
    [
      '-c',
      addRemotes(join(folder, 'qvac.config.json'), { a: { url: `${far.url}/v1`, model: 'alpha' } }),
      '--shutdown-timeout',
      '0',
    ],
    folder,
  );
  const response = await fetch(`${third.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'a', stream: true, messages: [{ role: 'user', content: 'for ever' }] }),
  });
  const text = response.text();
  assert.equal(await third.stop(), 0);
  const last = (await text).trimEnd().split('\n\n').at(-1) ?? '';
  assert.equal(JSON.parse(last.slice('data: '.length)).error.code, 'shutting_down');
  assert.equal(await askFar(false), 'right');
});
