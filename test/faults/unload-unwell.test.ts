import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type OpenAI from 'openai';
import { createScriptedModel } from '../../src/scripted-model/scripted-model.js';
import { startEndlessStream } from '../support/endless-stream.js';
import { startFaultGateway } from '../support/fault-gateway.js';
import { createHeldEngines } from '../support/held-engines.js';
import { usageOf, WITHOUT_PROC } from '../support/process-tree.js';
import { isAlive } from '../support/processes.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const GAMMA = { ...BETA, name: 'gamma' };

const folder = tempFolder();
const config = writeScriptedConfig(folder, [[BETA, { config: { ctx_size: 131_072 } }], [GAMMA]]);
const gammaFile = join(folder, 'model-1.gguf');
const engines = createHeldEngines(folder);
const gateway = await startFaultGateway(config, folder, { env: engines.env });
const { openai, ask, unload, stateOf, pidOf, loggedOf } = gateway;

type ApiError = InstanceType<typeof OpenAI.APIError>;

/** What was answered, or the error's code. */
const outcomeOf = (answer: Promise<unknown>) => answer.catch(({ code }: ApiError) => code);

describe('an unload of a model that is not well', () => {
  test('whose engine hears nothing ends it', { timeout: 60_000 }, async () => {
    const stream = await startEndlessStream(openai, BETA);
    const pid = await pidOf('beta');
    process.kill(pid, 'SIGSTOP');
    assert.equal((await unload('beta', '?drain=now')).status, 200);
    assert.ok(!isAlive(pid));
    assert.equal(((await stream.ended) as ApiError).code, 'model_unloaded');
    assert.equal(await ask('beta'), fallbackOf(BETA));
  });

  test('that loads ends the load, and who waited for it is told', async () => {
    await unload('beta');
    for (const msg of ['model loading', 'process started']) {
      const mark = await gateway.mark();
      const before = WITHOUT_PROC ? 0 : usageOf(gateway.pid).pids.length;
      engines.hold(); // or it might be loaded before it is unloaded
      const waiting = outcomeOf(ask('beta'));
      await loggedOf('beta', 'model loading', mark);
      if (msg === 'process started') await engines.held();
      const unloading = unload('beta');
      while ((await stateOf('beta')) === 'loading');
      engines.release();
      assert.equal((await unloading).status, 200);
      if (!WITHOUT_PROC) assert.equal(usageOf(gateway.pid).pids.length, before);
      assert.equal(await waiting, 'model_unloaded');
      assert.equal(await stateOf('beta'), 'idle');
      assert.ok(!gateway.log.slice(mark).some(({ msg }) => msg === 'model loaded'));
    }
    assert.equal(await ask('beta'), fallbackOf(BETA));
  });

  test('that backs off lets it be loaded at once, and who waited for the next try is told', async () => {
    const good = createScriptedModel(GAMMA);
    writeFileSync(gammaFile, 'not a model');
    const mark = await gateway.mark();
    // After the fourth failure it backs off for a second or two.
    for (let failures = 1; failures <= 4; failures += 1) {
      assert.equal(await outcomeOf(ask('gamma')), 'model_load_failed');
    }
    assert.equal(await stateOf('gamma'), 'backoff');
    // One waits for the next try, the other behind it.
    const waiting = [outcomeOf(ask('gamma')), outcomeOf(ask('gamma'))];
    await loggedOf('gamma', 'call queued', mark);
    writeFileSync(gammaFile, good);
    assert.equal((await unload('gamma')).status, 200);
    assert.deepEqual(new Set(await Promise.all(waiting)), new Set(['model_unloaded', fallbackOf(GAMMA)]));
  });
});
