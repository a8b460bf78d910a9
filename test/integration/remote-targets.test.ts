import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openEvents } from '../support/event-reader.js';
import { startFaultGateway } from '../support/fault-gateway.js';
import { foreignFrame, startForeignServer } from '../support/foreign-server.js';
import { addRemotes } from '../support/remote-config.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const FOREIGN_TEXT = 'whole: {"model":"x"} €';
const one = await startForeignServer(['llama:1', 'llama:2', 'other', 'beta']);
const two = await startForeignServer(['llama:1', 'two-only']);
/** Nobody listens there; a port that was let go of could be somebody else's by now. */
const DEAD = '127.0.0.1:9';

const quick = { probeIntervalMs: 100, connectTimeoutMs: 500 };
const toOne = { url: one.url, model: 'm', ...quick };
const toTwo = { url: two.url, model: 'm', ...quick };
const toDead = { url: `http://${DEAD}/v1`, model: 'm', ...quick };

const folder = tempFolder();
const near = await startFaultGateway(
  addRemotes(
    writeScriptedConfig(folder, [[ALPHA], [BETA, { config: { ctx_size: 131_072 } }]]),
    {
      'dead-first': { targets: [toDead, toOne] },
      'failing-first': { targets: [{ ...toOne, model: 'failing' }, toTwo] },
      'wrong-first': { targets: [{ ...toOne, model: 'wrong' }, toTwo] },
      'telling-first': { targets: [{ ...toOne, model: 'telling' }, toTwo] },
      'breaking-first': { targets: [{ ...toOne, model: 'breaking' }, toTwo] },
      'local-last': { targets: [toDead, { alias: 'alpha' }] },
      'local-first': { targets: [{ alias: 'beta' }, toOne] },
      balanced: {
        order: 'least-busy',
        targets: [
          { ...toOne, model: 'held', slots: 2 },
          { ...toTwo, model: 'held', slots: 2 },
        ],
      },
      'all-dead': toDead,
    },
    {
      remotes: [
        { url: one.url, prefix: 'one/', include: ['llama*', 'beta'], exclude: ['*:2'], ...quick },
        { url: one.url, include: ['beta', 'other'], ...quick },
        { url: two.url, ...quick },
      ],
    },
  ),
  folder,
);
for (const server of [one, two]) {
  server.answers.set('failing', (response) => response.writeHead(500).end());
  server.answers.set('wrong', (response) => response.writeHead(400).end('{"error":"nonsense"}'));
  server.answers.set('telling', (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': keep-alive\n\n');
    response.end('data: {"error":{"code":"worker_crashed","message":"it died"}}\n\n');
  });
  server.answers.set('breaking', (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(foreignFrame({ content: 'one' }), () => response.destroy());
  });
}

test('a call goes to the next target when the first is not there', async () => {
  assert.deepEqual(await ask('dead-first'), { text: FOREIGN_TEXT, model: 'dead-first' });
});

test('a call goes to the next target when the first fails before it has begun', async () => {
  const reply = await ask('failing-first');
  assert.deepEqual(reply, { text: FOREIGN_TEXT, model: 'failing-first' });
});

test('a call goes to the next target when the first has begun a stream with nothing but comments and an error', async () => {
  const text = await (await post('telling-first', true)).text();
  assert.ok(text.endsWith('data: [DONE]\n\n') && !text.includes('error'), text);
});

test('a request that is wrong is wrong everywhere', async () => {
  const before = two.requests.length;
  const response = await post('wrong-first');
  assert.equal(response.status, 400);
  assert.equal(two.requests.length, before);
});

test('a stream that has begun is not begun again elsewhere', async () => {
  const before = two.requests.length;
  const text = await (await post('breaking-first', true)).text();
  assert.match(text, /"content":"one".*"code":"remote_unavailable"/s);
  assert.equal(two.requests.length, before);
});

test('a model that is served here takes over from one that is not there, by the name that was asked for', async () => {
  assert.deepEqual(await ask('local-last'), { text: fallbackOf(ALPHA), model: 'local-last' });
  const streamed = await (await post('local-last', true)).text();
  assert.match(streamed, /"model":"local-last"/);
  assert.ok(streamed.endsWith('data: [DONE]\n\n'));
});

test('the first target that has a free slot gets the call, and the next one when it has none', async () => {
  const busy = await post('beta', true, 'for ever');
  assert.deepEqual(await ask('local-first'), { text: FOREIGN_TEXT, model: 'local-first' });
  await busy.body?.cancel();
});

test('with least-busy the calls are shared out', async () => {
  const held: (() => void)[] = [];
  for (const server of [one, two]) {
    server.answers.set('held', (response) => {
      held.push(() => {
        response.setHeader('content-type', 'application/json');
        response.end('{}');
      });
    });
  }
  const before = [one.requests.length, two.requests.length] as const;
  const calls = Array.from({ length: 4 }, () => post('balanced'));
  await Promise.all([one.request(before[0] + 1), two.request(before[1] + 1)]);
  assert.deepEqual([one.requests.length - before[0], two.requests.length - before[1]], [2, 2]);
  for (const answer of held) answer();
  await Promise.all(calls);
});

test('a model whose only server is not there is refused at once, with the time of the next look', async () => {
  const response = await post('all-dead');
  assert.equal(response.status, 503);
  assert.ok(Number(response.headers.get('retry-after')) >= 1);
  const { error } = (await response.json()) as { error: Record<string, string> };
  assert.equal(error.code, 'remote_unavailable');
  assert.equal(error.remote, DEAD);
  assert.match(String(error.message), /ECONNREFUSED/);
});

test("a server's models are offered by its list, in the order of the config, unless the config has the name", async () => {
  const status = (await (await fetch(`${near.url}/v1/models?state=all`)).json()) as {
    data: { id: string }[];
  };
  const ids = status.data.map(({ id }) => id);
  assert.deepEqual(ids.slice(-5), ['one/llama:1', 'one/beta', 'other', 'llama:1', 'two-only']);
  assert.equal(ids.filter((id) => id === 'beta').length, 1);
  const listed = await near.listed();
  assert.ok(listed.includes('one/llama:1') && !listed.includes('all-dead'), listed.join());
});

test('a model that is found is asked by its name there', async () => {
  const before = one.requests.length;
  assert.deepEqual(await ask('one/llama:1'), { text: FOREIGN_TEXT, model: 'one/llama:1' });
  assert.equal(JSON.parse((await one.request(before)).body.toString()).model, 'llama:1');
  assert.equal((await post('one/llama:2')).status, 404, 'it is excluded');
  const embeddings = await fetch(`${near.url}/v1/embeddings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'one/llama:1', input: 'text' }),
  });
  assert.equal(embeddings.status, 200, 'only the remote knows what it is for');
});

test('a model that comes or goes there comes or goes here', async () => {
  two.models = ['newcomer'];
  await eventually(async () => (await near.listed()).includes('newcomer'));
  const listed = await near.listed();
  assert.ok(!listed.includes('two-only') && !listed.includes('llama:1'), listed.join());
});

test('a server that goes takes its models off the list, and brings them back, and events tell', async () => {
  const events = await openEvents(`${near.url}/qvac/v1/events`);
  const mine = (state: string) => (event: { type: string; model: string; state: string }) =>
    event.type === 'change' && event.model === 'newcomer' && event.state === state;
  await two.close();
  await events.until(mine('backoff'));
  assert.ok(!(await near.listed()).includes('newcomer'));
  const refused = await post('newcomer');
  assert.equal(refused.status, 503);

  await startForeignServer(['newcomer'], two.port);
  await events.until(mine('ready'));
  assert.deepEqual(await ask('newcomer'), { text: FOREIGN_TEXT, model: 'newcomer' });
  events.close();
});

async function post(model: string, stream = false, content = 'Hello!'): Promise<Response> {
  return fetch(`${near.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content }], stream }),
  });
}

async function ask(model: string) {
  const response = await post(model);
  const body = (await response.json()) as {
    model: string;
    choices?: { message: { content: string } }[];
    error?: unknown;
  };
  assert.equal(response.status, 200, JSON.stringify(body));
  return { text: body.choices?.[0]?.message.content, model: body.model };
}

/** Nothing tells of what has gone from a list. The test's own timeout ends the wait. */
async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}
