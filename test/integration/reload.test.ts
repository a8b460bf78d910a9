import assert from 'node:assert/strict';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ReloadReport } from '../../src/protocol/reload.js';
import type { GatewayStatus } from '../../src/protocol/status.js';
import { runCli } from '../support/cli.js';
import { startEndlessStream } from '../support/endless-stream.js';
import { startFaultGateway } from '../support/fault-gateway.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

interface WrittenConfig {
  serve: {
    listModels?: string;
    port?: number;
    memory?: object;
    maxLoaded?: number;
    models: Record<string, Record<string, unknown>>;
  };
  cacheDirectory?: string;
}

const GAMMA = { ...ALPHA, name: 'gamma' };

const folder = tempFolder();
const config = writeScriptedConfig(folder, [
  [ALPHA, { preload: true, config: { ctx_size: 131_072 } }],
  [BETA, { preload: true }],
  [GAMMA, {}],
]);
const gateway = await startFaultGateway(config, folder, { args: ['--watch'] });
const { openai } = gateway;

/** Changes the config as an editor does that replaces files: in one step, so that it is read once. */
function replace(text: string): void {
  const next = join(folder, 'next.json');
  writeFileSync(next, text);
  renameSync(next, config);
}

function edit(change: (config: WrittenConfig) => void): void {
  const written = JSON.parse(readFileSync(config, 'utf8')) as WrittenConfig;
  change(written);
  replace(JSON.stringify(written));
}

async function pidsOf(...aliases: string[]): Promise<(number | null | undefined)[]> {
  const status = (await (await fetch(`${gateway.url}/qvac/v1/status`)).json()) as GatewayStatus;
  return aliases.map((alias) => status.models.find(({ id }) => id === alias)?.pid);
}

async function reloaded(change: () => void): Promise<Partial<ReloadReport>> {
  const mark = await gateway.mark();
  change();
  return (await gateway.logged(({ msg }) => msg === 'config reloaded', mark)) as Partial<ReloadReport>;
}

test('only models whose entry has changed are loaded anew, and a stream of another does not notice', async () => {
  const witness = await startEndlessStream(openai, ALPHA);
  const [alpha, beta] = await pidsOf('alpha', 'beta');
  const mark = await gateway.mark();
  const report = await reloaded(() =>
    edit(({ serve }) => {
      const { beta } = serve.models;
      if (beta) beta.config = { ctx_size: 1024, device: 'cpu' };
    }),
  );
  assert.deepEqual([report.restarted, report.unchanged], [['beta'], ['alpha', 'gamma']]);
  await gateway.loggedOf('beta', 'model loaded', mark);
  const [alphaAfter, betaAfter] = await pidsOf('alpha', 'beta');
  assert.equal(alphaAfter, alpha);
  assert.ok(betaAfter && betaAfter !== beta);
  await witness.more(300);
  await witness.stop();
  // By its new context.
  await assert.rejects(gateway.ask('beta', 'x'.repeat(1500)), { code: 'context_length_exceeded' });
});

test('a call of a model that is loaded anew is not lost: what runs finishes, what comes waits', async () => {
  const running = await startEndlessStream(openai, ALPHA);
  const mark = await gateway.mark();
  await reloaded(() =>
    edit(({ serve }) => {
      const { alpha } = serve.models;
      if (alpha) alpha.config = { ctx_size: 65_536, device: 'cpu' };
    }),
  );
  const waiting = gateway.ask('alpha');
  await running.more(300);
  await running.stop();
  assert.equal(await waiting, fallbackOf(ALPHA));
  await gateway.loggedOf('alpha', 'model loaded', mark);
});

test('how a model is treated changes without a new worker', async () => {
  const pids = await pidsOf('alpha', 'beta');
  const report = await reloaded(() =>
    edit(({ serve }) => {
      const { alpha, beta } = serve.models;
      if (alpha) alpha.queue = 1;
      if (beta) beta.default = true;
    }),
  );
  assert.deepEqual([report.updated, report.restarted], [['alpha', 'beta'], []]);
  assert.deepEqual(await pidsOf('alpha', 'beta'), pids);
  const status = (await (await fetch(`${gateway.url}/qvac/v1/status`)).json()) as GatewayStatus;
  assert.equal(status.models[0]?.queue_limit, 1);
  assert.equal(await gateway.ask(undefined as unknown as string), fallbackOf(BETA));
});

test('a model more and one less, and one replica more', async () => {
  const entry = (JSON.parse(readFileSync(config, 'utf8')) as WrittenConfig).serve.models.gamma;
  const report = await reloaded(() =>
    edit(({ serve }) => {
      serve.models = {
        alpha: { ...serve.models.alpha, replicas: 2 },
        beta: serve.models.beta ?? {},
        delta: { ...entry, preload: true },
      };
    }),
  );
  assert.deepEqual([report.added, report.removed, report.updated], [['delta'], ['gamma'], ['alpha']]);
  assert.equal(await gateway.ask('delta'), fallbackOf(GAMMA));
  await assert.rejects(gateway.ask('gamma'), { status: 404, code: 'model_not_found' });
  const streams = [await startEndlessStream(openai, ALPHA), await startEndlessStream(openai, ALPHA)];
  for (const stream of streams) await stream.stop();
});

test('a model that is gone and comes back while its last call runs keeps no reload waiting, and answers after it', async () => {
  await reloaded(() =>
    edit(({ serve }) => {
      const { delta } = serve.models;
      if (delta) delta.config = { ctx_size: 131_072, device: 'cpu' };
    }),
  );
  const { delta } = (JSON.parse(readFileSync(config, 'utf8')) as WrittenConfig).serve.models;
  const running = await startEndlessStream(openai, { ...GAMMA, name: 'delta' });
  const gone = await reloaded(() => edit(({ serve }) => delete serve.models.delta));
  assert.deepEqual(gone.removed, ['delta']);
  await assert.rejects(gateway.ask('delta'), { code: 'model_not_found' });
  const mark = await gateway.mark();
  const back = await reloaded(() =>
    edit(({ serve }) => {
      serve.models.delta = { ...delta, config: { ctx_size: 1024, device: 'cpu' } };
    }),
  );
  assert.deepEqual(back.added, ['delta']);
  const waiting = gateway.ask('delta');
  await gateway.loggedOf('delta', 'call queued', mark);
  await running.more(300);
  await running.stop();
  assert.equal(await waiting, fallbackOf(GAMMA));
  await gateway.loggedOf('delta', 'model loaded', mark);
  await assert.rejects(gateway.ask('delta', 'x'.repeat(1500)), { code: 'context_length_exceeded' });
});

test('a model that is the first to keep its conversations does so', async () => {
  const report = await reloaded(() =>
    edit(({ serve }) => {
      const { beta } = serve.models;
      if (beta) beta.kvCache = '1GB';
    }),
  );
  assert.deepEqual(report.restarted, ['beta']);
  const first = [
    { role: 'system' as const, content: 'You are kind.' },
    { role: 'user' as const, content: 'Hello!' },
  ];
  const one = await openai.chat.completions.create({ model: 'beta', messages: first });
  const reply = { role: 'assistant' as const, content: one.choices[0]?.message.content ?? '' };
  const two = await openai.chat.completions.create({
    model: 'beta',
    messages: [...first, reply, { role: 'user', content: 'And?' }],
  });
  assert.ok((two.usage?.prompt_tokens_details?.cached_tokens ?? 0) > 0);
});

test('a config that is not valid changes nothing, and says what is wrong', async () => {
  const good = readFileSync(config, 'utf8');
  const pids = await pidsOf('alpha', 'beta', 'delta');
  const mark = await gateway.mark();
  edit(({ serve }) => {
    serve.models = { alpha: { ...serve.models.alpha, queu: 3 } };
  });
  const line = await gateway.logged(({ msg }) => msg.startsWith('config not reloaded'), mark);
  assert.match(line.msg, /serve\.models\.alpha\.queu: unknown key; did you mean "queue"/);
  const { exitCode, stderr } = await runCli(['reload', '--url', gateway.url], folder);
  assert.equal(exitCode, 1);
  assert.match(stderr, /Nothing was changed.*queu.*invalid_config/s);
  assert.deepEqual(await pidsOf('alpha', 'beta', 'delta'), pids);
  await reloaded(() => replace(good));
});

test('qvac reload says what has changed, and what needs a new start', async () => {
  const { settings } = await reloaded(() =>
    edit((written) => {
      written.cacheDirectory = folder;
      written.serve.listModels = 'configured';
      written.serve.memory = { budget: '3GB' };
    }),
  );
  assert.deepEqual(settings, ['serve.listModels', 'serve.memory']);
  assert.ok((await gateway.listed()).includes('delta'));
  const status = (await (await fetch(`${gateway.url}/qvac/v1/status`)).json()) as GatewayStatus;
  assert.equal(status.memory_budget_bytes, 3 * 1024 ** 3);
  const { exitCode, stdout } = await runCli(['reload', '--url', gateway.url], folder);
  assert.deepEqual([exitCode, stdout], [0, 'needs a new start of the gateway: settings of the SDK\n']);
});

test('a load that waits for room goes on when a reload makes some', async () => {
  const pinned = await reloaded(() =>
    edit(({ serve }) => {
      serve.maxLoaded = 1;
      const { delta } = serve.models;
      if (delta) serve.models.epsilon = { ...delta, preload: false };
    }),
  );
  assert.deepEqual([pinned.settings, pinned.added], [['serve.maxLoaded'], ['epsilon']]);
  for (const alias of ['beta', 'delta']) await gateway.unload(alias);
  const stream = await startEndlessStream(openai, ALPHA);
  const mark = await gateway.mark();
  const waiting = gateway.ask('epsilon');
  await gateway.loggedOf('epsilon', 'model loading', mark);
  await reloaded(() => edit(({ serve }) => delete serve.maxLoaded));
  assert.equal(await waiting, fallbackOf(GAMMA));
  await stream.stop();
});

test('a model that is to be preloaded from now on is loaded, and one that is loaded already is not missed', async () => {
  await gateway.unload('delta');
  const mark = await gateway.mark();
  await reloaded(() =>
    edit(({ serve }) => {
      for (const alias of ['delta', 'epsilon']) {
        const model = serve.models[alias];
        if (model) model.preload = false;
      }
    }),
  );
  await reloaded(() =>
    edit(({ serve }) => {
      for (const alias of ['delta', 'epsilon']) {
        const model = serve.models[alias];
        if (model) model.preload = true;
      }
    }),
  );
  await gateway.loggedOf('delta', 'model loaded', mark);
  assert.equal((await fetch(`${gateway.url}/ready`)).status, 200);
});

test('SIGHUP reloads too, through the supervisor, and a next gateway has the new config', async () => {
  const mark = await gateway.mark();
  process.kill(gateway.pid, 'SIGHUP');
  await gateway.logged(({ msg }) => msg === 'config reloaded', mark);
  process.kill(gateway.gatewayPid, 'SIGKILL');
  await gateway.logged(({ msg }) => msg === 'gateway restarted', mark);
  assert.equal(await gateway.ask('delta'), fallbackOf(GAMMA));
  await assert.rejects(gateway.ask('gamma'), { code: 'model_not_found' });
});
