import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cachedFile } from '../../src/protocol/cached-file.js';
import { createScriptedModel } from '../../src/scripted-model/scripted-model.js';
import { runCli, spawnCli } from '../support/cli.js';
import { startModelServer } from '../support/model-server.js';
import { writeRemoteConfig } from '../support/remote-gateway.js';
import { ALPHA } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const MODEL = createScriptedModel(ALPHA);
const HALF = 120_000;

const server = await startModelServer();
for (const name of ['whole', 'stopped', 'taken']) server.put(`/${name}.gguf`, MODEL);
const url = (name: string): string => `${server.origin}/${name}.gguf`;
const { folder, cache } = writeRemoteConfig({
  whole: { src: url('whole') },
  stopped: { src: url('stopped') },
  taken: { src: url('taken') },
  gone: { src: url('gone') },
});
const fileOf = (name: string): string => cachedFile(url(name), cache) ?? '';
const pull = (...args: string[]) => runCli(['pull', ...args], folder);
const runFolders = tempFolder();

test('pull downloads a model of the config, and says how far it is', async () => {
  const { exitCode, stdout, stderr } = await pull('whole');
  assert.equal(exitCode, 0);
  assert.equal(stdout, 'whole is on this machine.\n');
  assert.match(stderr, /^whole: 0\.\d of 0\.2 MB$/m);
  assert.deepEqual(new Uint8Array(readFileSync(fileOf('whole'))), MODEL);
});

test('what is there is not downloaded again; --json has a line for each report', async () => {
  const requests = server.requests.length;
  const { exitCode, stdout } = await pull('whole', '--json');
  assert.equal(exitCode, 0);
  assert.deepEqual(JSON.parse(stdout), { type: 'end', model: 'whole' });
  assert.equal(server.requests.length, requests);
});

test('Ctrl+C keeps what came, and the next pull goes on from it', async () => {
  const hold = server.hold('/stopped.gguf', HALF);
  const child = spawnCli(['pull', 'stopped', '--json'], folder, { TMPDIR: runFolders });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  if (child.stdout) await Promise.all([hold.reached, once(child.stdout, 'data')]);
  child.kill('SIGINT');
  const [exitCode] = await once(child, 'close');
  assert.equal(exitCode, 130);
  const lines = output.trimEnd().split('\n');
  const last = JSON.parse(lines.at(-1) ?? '') as { code: string; message: string };
  assert.equal(last.code, 'interrupted');
  assert.match(last.message, /the next pull goes on from it/);

  const next = await pull('stopped', '--json');
  assert.equal(next.exitCode, 0);
  const progress = JSON.parse(next.stdout.split('\n')[0] ?? '') as Record<string, unknown>;
  assert.deepEqual(
    [progress.type, progress.model, progress.total_bytes],
    ['progress', 'stopped', MODEL.length],
  );
  const sent = server.requests.filter(({ method, path }) => method === 'GET' && path === '/stopped.gguf');
  assert.ok(sent.length === 2 && sent[1] && sent[1].from > 0);
  assert.deepEqual(new Uint8Array(readFileSync(fileOf('stopped'))), MODEL);
});

test('a file that another process downloads is left to that', async () => {
  const lock = `${fileOf('taken')}.lock`;
  writeFileSync(lock, String(process.pid));
  const taken = await pull('taken');
  assert.equal(taken.exitCode, 1);
  assert.ok(taken.stderr.includes(`process ${process.pid} downloads it`), taken.stderr);
  assert.ok(taken.stderr.includes(lock));

  writeFileSync(lock, '999999999'); // of one that is gone
  assert.equal((await pull('taken')).exitCode, 0);
});

test('a download that fails says why', async () => {
  const { exitCode, stderr, stdout } = await pull('gone');
  assert.equal(exitCode, 1);
  assert.match(stderr, /^error: Model 'gone': http:\S+\/gone\.gguf could not be downloaded: .*404/);
  assert.equal(stdout, '');
});

test('a name that nobody knows is told, with what there is', async () => {
  const alias = await pull('nope');
  assert.equal(alias.exitCode, 2);
  assert.match(alias.stderr, /no model 'nope' in the config\. Configured are: whole, stopped, taken, gone\./);
  const constant = await pull('QWEN3_600M_INST_Q5');
  assert.equal(constant.exitCode, 2);
  const json = JSON.parse((await pull('nope', '--json')).stdout) as { code: string; message: string };
  assert.match(`${json.code}: ${json.message}`, /^usage: no model 'nope'/);
  assert.match(constant.stderr, /no model constant "QWEN3_600M_INST_Q5"; nearest: QWEN3_600M_INST_Q4/);
});

test('it ends quietly when nobody reads what it says', async () => {
  const child = spawnCli(['pull', 'nope', '--json'], folder);
  child.stdout?.destroy();
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  assert.deepEqual([...(await once(child, 'close')), stderr], [0, null, '']);
});

test('a config that is wrong is told as by the server', async () => {
  const path = join(tempFolder(), 'wrong.json');
  writeFileSync(
    path,
    JSON.stringify({ serve: { models: { own: { src: path, type: 'llm', sha256: 'a'.repeat(64) } } } }),
  );
  const { exitCode, stderr } = await pull('own', '-c', path);
  assert.equal(exitCode, 1);
  assert.match(stderr, /serve\.models\.own\.sha256: is checked for one file at a http\(s\):\/\/ URL only/);
});
