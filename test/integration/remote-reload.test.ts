import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import type { ReloadReport } from '../../src/protocol/reload.js';
import type { GatewayStatus } from '../../src/protocol/status.js';
import { startEndlessStream } from '../support/endless-stream.js';
import { openEvents } from '../support/event-reader.js';
import { refusalOf, startFaultGateway } from '../support/fault-gateway.js';
import { type ForeignServer, startForeignServer } from '../support/foreign-server.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

interface Written {
  models: Record<string, Record<string, unknown>>;
  remotes?: object[];
}

/** Looked at once by themselves, and then not again while the tests run. */
const SELDOM = { probeIntervalMs: 600_000 };
const WHOLE = 'whole: {"model":"x"} €';

const one = await startForeignServer(['m', 'found', 'alpha']);
const two = await startForeignServer(['other', 'found']);
const folder = tempFolder();
const config = writeScriptedConfig(folder, [
  [ALPHA, { preload: true, config: { ctx_size: 131_072 } }],
  [BETA, {}],
]);
const near = await startFaultGateway(config, folder, { args: ['--shutdown-timeout', '1'] });
const { openai } = near;
/** None of the reloads may disturb it. */
const witness = await startEndlessStream(openai, ALPHA);

async function reload(change: (serve: Written) => void): Promise<ReloadReport> {
  const written = JSON.parse(readFileSync(config, 'utf8')) as { serve: Written };
  change(written.serve);
  writeFileSync(config, JSON.stringify(written));
  const response = await fetch(`${near.url}/qvac/v1/reload`, { method: 'POST' });
  const report = (await response.json()) as ReloadReport;
  assert.equal(response.status, 200, JSON.stringify(report));
  assert.deepEqual(report.needs_restart, []);
  return report;
}

interface Answer {
  readonly choices?: { message: { content: string } }[];
  readonly error?: { code: string };
}

/** What a model answers, or the code of the error. */
async function ask(model: string): Promise<string | undefined> {
  const response = await fetch(`${near.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello!' }] }),
  });
  const { choices, error } = (await response.json()) as Answer;
  return error?.code ?? choices?.[0]?.message.content;
}

/** Resolves when a server has been found there, since a number of lines of the log. */
const found = ({ port }: ForeignServer, since: number) =>
  near.logged(({ msg, remote }) => msg === 'remote is up' && remote === `127.0.0.1:${port}`, since);

async function statusOf(alias: string): Promise<GatewayStatus['models'][number] | undefined> {
  const status = (await (await fetch(`${near.url}/qvac/v1/status`)).json()) as GatewayStatus;
  return status.models.find(({ id }) => id === alias);
}

/** Has a server begin its answers for a model and hold them. @returns its open answers, and what ends them. */
function hold(server: ForeignServer, model: string) {
  const open: ServerResponse[] = [];
  server.answers.set(model, (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    open.push(response);
  });
  return () => {
    server.answers.delete(model);
    for (const response of open)
      response.end('{"choices":[{"index":0,"finish_reason":"stop","message":{"content":"held"}}]}');
  };
}

test('what was never elsewhere can be: models and servers that are new are looked at at once', async () => {
  const mark = await near.mark();
  const report = await reload((serve) => {
    serve.models.far = { url: one.url, model: 'm', ...SELDOM };
    serve.models.mixed = { targets: [{ alias: 'beta' }, { url: two.url, model: 'other', ...SELDOM }] };
    serve.remotes = [{ url: one.url, prefix: 'one/', ...SELDOM }];
  });
  assert.deepEqual(report.added, ['far', 'mixed', `one/* at 127.0.0.1:${one.port}`]);
  assert.deepEqual(report.unchanged, ['alpha', 'beta']);
  const line = await near.logged(({ msg }) => msg === 'config reloaded', mark);
  assert.deepEqual(line.added, report.added);
  await Promise.all([found(one, mark), found(two, mark)]);
  assert.deepEqual(await near.listed(), ['alpha', 'far', 'mixed', 'one/m', 'one/found', 'one/alpha']);
  assert.equal(await ask('far'), WHOLE);
  assert.equal(await ask('one/found'), WHOLE);
  assert.equal(await ask('mixed'), fallbackOf(BETA));
  await witness.more(100);
});

test('what is the same stays: no look, no event, and a call goes on', async () => {
  const release = hold(one, 'm');
  const running = ask('far');
  await one.request(one.requests.length);
  const [looks, before] = [one.looks, await statusOf('far')];
  const events = await openEvents(`${near.url}/qvac/v1/events`);
  const report = await reload((serve) => {
    serve.models.mixed = { url: two.url, model: 'found', ...SELDOM };
    serve.models.beta = { ...serve.models.beta, queue: 7 };
    serve.models.late = { url: two.url, model: 'other', ...SELDOM };
  });
  assert.deepEqual([report.added, report.updated], [['late'], ['beta', 'mixed']]);
  assert.deepEqual(report.unchanged, ['alpha', 'far', `one/* at 127.0.0.1:${one.port}`]);
  release();
  assert.equal(await running, 'held');
  assert.equal(await ask('mixed'), WHOLE);
  assert.equal(two.requests.at(-1)?.body.toString().includes('"found"'), true);
  events.close();
  await events.ended;
  assert.deepEqual(
    events.seen.filter(({ type, model }) => type === 'change' && model !== 'late'),
    [],
  );
  const after = await statusOf('far');
  assert.deepEqual([one.looks, after?.state_since], [looks, before?.state_since]);
  assert.equal(after?.tokens.completion_total, before?.tokens.completion_total);
});

test('a server that is down and stays in the config is left alone as before', async () => {
  const down = '127.0.0.1:9'; // nobody listens there
  const mark = await near.mark();
  await reload((serve) => {
    serve.models.down = { url: `http://${down}/v1`, model: 'd', ...SELDOM };
  });
  await near.logged(({ msg, remote }) => msg === 'remote is down' && remote === down, mark);
  const before = await statusOf('down');
  const { unchanged } = await reload((serve) => {
    serve.models.down = { ...serve.models.down };
    delete serve.models.late;
  });
  assert.ok(unchanged.includes('down'));
  const after = await statusOf('down');
  assert.equal(after?.state, 'backoff');
  assert.equal(after?.state_since, before?.state_since); // of a new one that would be the time of its first look
  assert.equal(after?.last_exit?.reason, before?.last_exit?.reason);
  assert.equal(await ask('down'), 'remote_unavailable');
});

test('a key of a server that changes counts for the next call, and its models are there all the time', async () => {
  const release = hold(one, 'found');
  const running = ask('one/found');
  await one.request(one.requests.length);
  const events = await openEvents(`${near.url}/qvac/v1/events`);
  const looks = one.looks;
  const report = await reload((serve) => {
    serve.models.far = { ...serve.models.far, apiKey: 'sk-new-91c0' };
    serve.remotes = [{ url: one.url, prefix: 'one/', apiKey: 'sk-new-91c0', exclude: ['m'], ...SELDOM }];
  });
  assert.deepEqual(report.updated, ['far', `one/* at 127.0.0.1:${one.port}`]);
  assert.deepEqual(await near.listed(), ['alpha', 'beta', 'far', 'mixed', 'one/found', 'one/alpha']);
  assert.equal(await ask('far'), WHOLE);
  assert.equal(one.requests.at(-1)?.headers.authorization, 'Bearer sk-new-91c0');
  release();
  assert.equal(await running, 'held');
  assert.equal(await ask('one/found'), WHOLE);
  assert.equal(one.requests.at(-1)?.headers.authorization, 'Bearer sk-new-91c0');
  await one.looked(looks + 1);
  events.close();
  await events.ended;
  assert.equal(one.looks, looks + 1);
  assert.deepEqual(
    events.seen.filter(({ type }) => type === 'change'),
    [],
  );
  assert.doesNotMatch(JSON.stringify(near.log), /sk-new-91c0/);
});

test('calls that wait go by the new config, and those of a model that is gone are refused; what runs ends', async () => {
  const target = { url: one.url, model: 'm', ...SELDOM };
  await reload((serve) => {
    serve.models.far = { ...target, slots: 1 };
    serve.models.gone = { ...target, slots: 1 };
    serve.remotes = [{ url: one.url, prefix: 'one/', slots: 1, ...SELDOM }];
  });
  const release = hold(one, 'm');
  const sent = one.requests.length;
  const running = [ask('far'), ask('gone'), ask('one/m')];
  await one.request(sent + 2);
  const mark = await near.mark();
  const [waiting, ...refused] = [ask('far'), ask('gone'), ask('one/m')];
  for (const alias of ['far', 'gone', 'one/m']) await near.loggedOf(alias, 'call queued', mark);
  const { removed, updated } = await reload((serve) => {
    serve.models.far = { url: two.url, model: 'other', ...SELDOM };
    delete serve.models.gone;
    delete serve.remotes;
  });
  assert.deepEqual([removed, updated], [['gone', `one/* at 127.0.0.1:${one.port}`], ['far']]);
  assert.deepEqual(await Promise.all(refused), ['model_not_found', 'model_not_found']);
  assert.equal(await waiting, WHOLE);
  assert.equal((await near.listed()).includes('gone'), false);
  assert.equal(await ask('gone'), 'model_not_found');
  release();
  assert.deepEqual(await Promise.all(running), ['held', 'held', 'held']);
});

test('a server that is no longer in the config is looked at no more', async () => {
  const [gone, kept] = [await startForeignServer(['g']), await startForeignServer(['k'])];
  const often = { probeIntervalMs: 100 };
  await reload((serve) => {
    serve.models.gone = { url: gone.url, model: 'g', ...often };
    serve.models.kept = { url: kept.url, model: 'k', ...often };
  });
  await gone.looked(2);
  await reload((serve) => {
    delete serve.models.gone;
  });
  const { looks } = gone;
  await kept.looked(kept.looks + 5);
  assert.ok(gone.looks <= looks + 1, 'one may have been on its way');
  await reload((serve) => {
    delete serve.models.kept;
  });
});

test('a server that is taken out takes its models along; a name of the config hides one of a server no longer', async () => {
  const mark = await near.mark();
  await reload((serve) => {
    serve.remotes = [
      { url: one.url, ...SELDOM },
      { url: two.url, ...SELDOM },
    ];
    delete serve.models.beta;
  });
  await found(one, mark);
  assert.equal((await near.listed()).includes('found'), true);
  assert.deepEqual(
    (await near.listed()).filter((id) => id === 'alpha'),
    ['alpha'],
  );
  const { added, removed } = await reload((serve) => {
    serve.remotes = [{ url: two.url, ...SELDOM }];
    serve.models.other = { url: one.url, model: 'found', ...SELDOM };
  });
  assert.deepEqual([added, removed], [['other'], [`* at 127.0.0.1:${one.port}`]]);
  assert.equal((await near.listed()).includes('m'), false);
  await ask('found');
  assert.equal(two.requests.at(-1)?.body.toString().includes('"found"'), true);
  await ask('other');
  assert.equal(one.requests.at(-1)?.body.toString().includes('"found"'), true);
  await reload((serve) => {
    delete serve.models.other;
  });
  await ask('other');
  assert.equal(two.requests.at(-1)?.body.toString().includes('"other"'), true);
});

const HERE = { src: './model-1.gguf', type: 'llm', config: { ctx_size: 131_072, device: 'cpu' } };

/** Has a model of this gateway busy, with two calls that wait: of a client that asks again, and of one that does not. */
async function occupy(alias: string) {
  const running = await startEndlessStream(openai, { ...BETA, name: alias });
  return { running, ...(await wait(alias)) };
}

/** The two calls that wait for a model that is busy. */
async function wait(alias: string) {
  const mark = await near.mark();
  const messages = [{ role: 'user' as const, content: 'Hello!' }];
  const once = refusalOf(openai.chat.completions.create({ model: alias, messages }));
  const again = openai
    .withOptions({ maxRetries: 2, fetch }) // the other server's answers are not checked
    .chat.completions.create({ model: alias, messages })
    .then(({ choices }) => choices[0]?.message.content);
  await near.logged(
    ({ msg, model, waiting }) => msg === 'call queued' && model === alias && waiting === 1,
    mark,
  );
  return { once, again };
}

async function assertMoved(alias: string, refusal: ReturnType<typeof refusalOf>): Promise<void> {
  const { status, code, message, headers } = await refusal;
  assert.deepEqual([status, code, headers?.get('x-should-retry')], [503, 'model_moved', 'true']);
  assert.match(message, new RegExp(`Model '${alias}' has moved to another place by a new config`));
}

test('a model may move, to another server and back: what runs ends where it is, what waits is to be sent again', async () => {
  await reload((serve) => {
    serve.models.beta = HERE;
  });
  const here = await occupy('beta');
  const away = await reload((serve) => {
    serve.models.beta = { url: one.url, model: 'found', slots: 1, ...SELDOM };
  });
  assert.deepEqual([away.updated, away.added, away.removed], [['beta'], [], []]);
  await assertMoved('beta', here.once);
  assert.equal(await here.again, WHOLE);
  await here.running.more(300);
  await here.running.stop();

  const release = hold(one, 'found');
  const sent = one.requests.length;
  const running = ask('beta');
  await one.request(sent);
  const there = await wait('beta');
  const back = await reload((serve) => {
    serve.models.beta = HERE;
  });
  assert.deepEqual([back.updated, back.added, back.removed], [['beta'], [], []]);
  await assertMoved('beta', there.once);
  assert.equal(await there.again, fallbackOf(BETA));
  release();
  assert.equal(await running, 'held');
});

test('a model that comes back while its last call runs here goes on with it, and takes calls again', async () => {
  const { running, once, again } = await occupy('beta');
  await reload((serve) => {
    serve.models.beta = { targets: [{ url: one.url, model: 'found', ...SELDOM }, { alias: 'own' }] };
    serve.models.own = HERE;
  });
  await assertMoved('beta', once);
  assert.equal(await again, WHOLE);
  const mark = await near.mark();
  const back = await reload((serve) => {
    serve.models.beta = HERE;
    delete serve.models.own;
  });
  assert.deepEqual([back.updated, back.removed], [['beta'], ['own']]);
  const waiting = ask('beta');
  await near.loggedOf('beta', 'call queued', mark);
  await running.more(300);
  await running.stop();
  assert.equal(await waiting, fallbackOf(BETA));
});

test('a model that makes way for one of a server has moved too, and so has one of a server that makes way', async () => {
  await reload((serve) => {
    serve.models.found = HERE; // which hides that of the second server
  });
  const here = await occupy('found');
  const away = await reload((serve) => {
    delete serve.models.found;
    serve.remotes = [{ url: two.url, slots: 1, ...SELDOM }];
  });
  assert.deepEqual(away.removed, ['found']);
  await assertMoved('found', here.once);
  assert.equal(await here.again, WHOLE);
  await here.running.stop();

  const release = hold(two, 'found');
  const sent = two.requests.length;
  const running = ask('found');
  await two.request(sent);
  const there = await wait('found');
  await reload((serve) => {
    serve.models.found = HERE;
  });
  await assertMoved('found', there.once);
  assert.equal(await there.again, fallbackOf(BETA));
  release();
  assert.equal(await running, 'held');

  await reload((serve) => {
    delete serve.models.found;
    serve.models.other = { url: one.url, model: 'found', slots: 1, ...SELDOM };
  });
  const end = hold(one, 'found');
  const received = one.requests.length;
  const last = ask('other');
  await one.request(received);
  const elsewhere = await wait('other');
  await reload((serve) => {
    delete serve.models.other;
  });
  await assertMoved('other', elsewhere.once);
  assert.equal(await elsewhere.again, WHOLE);
  end();
  assert.equal(await last, 'held');
});

test('a config that is not valid changes nothing elsewhere either', async () => {
  const good = readFileSync(config, 'utf8');
  const before = await near.listed();
  const written = JSON.parse(good) as { serve: Written };
  written.serve.remotes = [];
  written.serve.models.far = { url: 'nowhere', model: 'm', apiKey: 'sk-bad-55aa' };
  writeFileSync(config, JSON.stringify(written));
  const response = await fetch(`${near.url}/qvac/v1/reload`, { method: 'POST' });
  assert.equal(response.status, 400);
  assert.doesNotMatch(await response.text(), /sk-bad-55aa/);
  assert.doesNotMatch(JSON.stringify(near.log), /sk-bad-55aa/);
  assert.deepEqual(await near.listed(), before);
  assert.equal(await ask('far'), WHOLE);
  writeFileSync(config, good);
});

test('a gateway that stops ends the calls of models that are gone', async () => {
  hold(one, 'found');
  await reload((serve) => {
    serve.models.gone = { url: one.url, model: 'found', ...SELDOM };
  });
  const sent = one.requests.length;
  const running = ask('gone');
  const request = await one.request(sent);
  await reload((serve) => {
    delete serve.models.gone;
  });
  await witness.stop();
  const stopped = near.stop();
  assert.equal(await running, 'shutting_down');
  await request.closed;
  assert.equal(await stopped, 0);
});
