import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ReloadReport } from '../../src/protocol/reload.js';
import { startFaultGateway } from '../support/fault-gateway.js';
import { startForeignServer } from '../support/foreign-server.js';
import { addRemotes } from '../support/remote-config.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const foreign = await startForeignServer(['m']);
const folder = tempFolder();
const config = addRemotes(writeScriptedConfig(folder, [[ALPHA], [BETA]]), {
  mixed: { targets: [{ alias: 'alpha' }, { url: foreign.url, model: 'm' }] },
});
const near = await startFaultGateway(config, folder);

async function reload(
  change: (models: Record<string, Record<string, unknown>>) => void,
): Promise<ReloadReport> {
  const written = JSON.parse(readFileSync(config, 'utf8'));
  change(written.serve.models);
  writeFileSync(config, JSON.stringify(written));
  const response = await fetch(`${near.url}/qvac/v1/reload`, { method: 'POST' });
  const report = (await response.json()) as ReloadReport;
  assert.equal(response.status, 200, JSON.stringify(report));
  return report;
}

const ask = () =>
  fetch(`${near.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'mixed', messages: [{ role: 'user', content: 'Hello!' }] }),
  }).then(async (response) => {
    const body = (await response.json()) as { choices?: { message: { content: string } }[] };
    return body.choices?.[0]?.message.content;
  });

test('a target of this gateway is the model that the config has now', async () => {
  assert.equal(await ask(), fallbackOf(ALPHA));
  const { restarted, needs_restart } = await reload((models) => {
    models.alpha = { ...models.alpha, config: { ctx_size: 1024, device: 'cpu' } };
  });
  assert.deepEqual([restarted, needs_restart], [['alpha'], []]);
  assert.equal(await ask(), fallbackOf(ALPHA));
});

test('models elsewhere are not taken over, and the report says so; one whose target is gone goes to the next', async () => {
  const { added, removed, needs_restart } = await reload((models) => {
    delete models.alpha;
    models.mixed = { url: foreign.url, model: 'other' };
    models.newcomer = { url: foreign.url, model: 'm' };
  });
  assert.deepEqual([added, removed], [[], ['alpha']]);
  assert.deepEqual(needs_restart, ['serve.models with "url" or "targets"']);
  assert.equal(await ask(), 'whole: {"model":"x"} €');
});
