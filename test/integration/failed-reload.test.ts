import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ReloadReport } from '../../src/protocol/reload.js';
import { SDK_HOME } from '../../src/protocol/sdk-home.js';
import type { GatewayStatus } from '../../src/protocol/status.js';
import { runCli } from '../support/cli.js';
import { startEndlessStream } from '../support/endless-stream.js';
import { refusalOf } from '../support/fault-gateway.js';
import { startForeignServer } from '../support/foreign-server.js';
import { startGateway } from '../support/gateway.js';
import { createOpenAI } from '../support/openai-client.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

interface Written {
  models: Record<string, Record<string, unknown>>;
  [setting: string]: unknown;
}

const OLD = 'sk-old-19fa';
const NEW = 'sk-new-4b07';

const folder = tempFolder();
const [home, temporary] = [join(folder, 'home'), join(folder, 'tmp')];
for (const path of [home, temporary]) mkdirSync(path);
const config = writeScriptedConfig(folder, [[ALPHA, { preload: true, config: { ctx_size: 131_072 } }]], {
  apiKeys: [OLD],
});
/** What the gateway was started with. */
const before = JSON.parse(readFileSync(config, 'utf8')).serve as Written;
const foreign = await startForeignServer(['far']);
const gateway = await startGateway(['-c', config], folder, { [SDK_HOME]: home, TMPDIR: temporary });

const get = (path: string, key: string) =>
  fetch(`${gateway.url}${path}`, { headers: { authorization: `Bearer ${key}` } });

async function reload(serve: object, key = OLD): Promise<{ status: number; body: string }> {
  writeFileSync(config, JSON.stringify({ serve }));
  const headers = { authorization: `Bearer ${key}` };
  const response = await fetch(`${gateway.url}/qvac/v1/reload`, { method: 'POST', headers });
  return { status: response.status, body: await response.text() };
}

async function ask(model: string, key: string) {
  const messages = [{ role: 'user' as const, content: 'Hello!' }];
  const { choices } = await createOpenAI(gateway.url, key).chat.completions.create({ model, messages });
  return choices[0]?.message.content;
}

/** What shows by which config the gateway goes. */
async function seen(key: string) {
  const { models, memory_budget_bytes, ...rest } = (await (
    await get('/qvac/v1/status', key)
  ).json()) as GatewayStatus;
  const { data } = (await (await get('/v1/models', key)).json()) as { data: { id: string }[] };
  return {
    models: models.map(({ id, pid, queue_limit, state }) => ({ id, pid, queue_limit, state })),
    budget: memory_budget_bytes,
    keys: rest.keys.map(({ name }) => name),
    listed: data.map(({ id }) => id),
  };
}

async function assertAsBefore(change: () => Promise<unknown>): Promise<void> {
  const is = await seen(OLD);
  await change();
  assert.deepEqual(await seen(OLD), is);
  assert.equal((await get('/v1/models', NEW)).status, 401);
  assert.equal(await ask('alpha', OLD), fallbackOf(ALPHA));
}

/** Differs in all that a reload takes over. */
const after = {
  ...before,
  apiKeys: [{ name: 'new', key: NEW }],
  cors: true,
  listModels: 'configured',
  memory: { budget: '3GB' },
  maxLoaded: 1,
  models: {
    alpha: { ...before.models.alpha, queue: 1 },
    beta: { ...before.models.alpha, preload: true, kvCache: '1GB' },
    far: { url: foreign.url, model: 'far' },
  },
  remotes: [{ url: foreign.url, prefix: 'all/' }],
};

test('a reload whose files can not be made changes nothing, and says why, however it was asked for', async () => {
  // In the place of the folder where that for conversations would be: no rights of any user help against it.
  const obstacle = join(home, '.qvac');
  renameSync(obstacle, `${obstacle}.away`);
  writeFileSync(obstacle, '');
  const { looks } = foreign;
  await assertAsBefore(async () => {
    const { status, body } = await reload(after);
    assert.equal(status, 500, body);
    const { error } = JSON.parse(body) as { error: { code: string; message: string } };
    assert.equal(error.code, 'reload_failed');
    assert.match(error.message, /^Nothing was changed: .*\.qvac/);
  });
  await assertAsBefore(async () => {
    const mark = await gateway.mark();
    process.kill(gateway.pid, 'SIGHUP');
    const line = await gateway.logged(({ msg }) => msg.startsWith('config not reloaded'), mark);
    assert.match(line.msg, /\.qvac/);
    const { exitCode, stderr } = await runCli(['reload', '--url', gateway.url], folder, {
      QVAC_API_KEY: OLD,
    });
    assert.equal(exitCode, 1);
    assert.match(stderr, /Nothing was changed.*reload_failed/s);
  });
  assert.equal(foreign.looks, looks);
  assert.equal(
    gateway.log.some(({ msg }) => msg === 'config reloaded'),
    false,
  );

  rmSync(obstacle);
  renameSync(`${obstacle}.away`, obstacle);
  const { status, body } = await reload(after);
  assert.equal(status, 200, body);
  const report = JSON.parse(body) as ReloadReport;
  assert.deepEqual([report.added.slice(0, 2), report.updated], [['beta', 'far'], ['alpha']]);
  assert.equal((await refusalOf(ask('alpha', OLD))).status, 401);
  assert.equal(await ask('alpha', NEW), fallbackOf(ALPHA));
  assert.equal(await ask('beta', NEW), fallbackOf(ALPHA));
  assert.equal((await seen(NEW)).models.find(({ id }) => id === 'alpha')?.queue_limit, 1);
});

test('nor does one to the demo model, whose file can not be written', async () => {
  assert.equal((await reload(before, NEW)).status, 200);
  assert.equal(await ask('alpha', OLD), fallbackOf(ALPHA));
  const [run = ''] = readdirSync(temporary).filter((name) => name.startsWith('qvac-'));
  const path = join(temporary, run);
  renameSync(path, `${path}.away`);
  writeFileSync(path, '');
  await assertAsBefore(async () => {
    const { status, body } = await reload({ apiKeys: [NEW] });
    assert.equal(status, 500, body);
    assert.match(body, /ENOTDIR/);
  });
  rmSync(path);
  renameSync(`${path}.away`, path);
  assert.equal((await reload({ apiKeys: [NEW] })).status, 200);
  assert.equal((await refusalOf(ask('alpha', NEW))).status, 404);
  assert.deepEqual(
    (await seen(NEW)).models.map(({ id }) => id),
    ['demo'],
  );
});

test('nor does one of a gateway that stops', async () => {
  assert.equal((await reload(before, NEW)).status, 200);
  const stream = await startEndlessStream(createOpenAI(gateway.url, OLD), ALPHA);
  writeFileSync(config, JSON.stringify({ serve: after }));
  const mark = await gateway.mark();
  const stopped = gateway.stop();
  await gateway.logged(({ msg }) => msg.startsWith('stopping'), mark);
  process.kill(gateway.pid, 'SIGHUP');
  const { msg } = await gateway.logged(({ msg }) => msg.startsWith('config '), mark);
  assert.equal(msg, 'config not reloaded: The server is stopping.');
  await stream.more(100);
  await stream.stop();
  assert.equal(await stopped, 0);
});
