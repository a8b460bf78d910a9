import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Finding } from '../../src/cli/doctor/finding.js';
import { runCli } from '../support/cli.js';
import { startGateway } from '../support/gateway.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';
import { HAS_TERMINAL, openTerminal } from '../support/terminal.js';

const read = (folder: string) => JSON.parse(readFileSync(join(folder, 'qvac.config.json'), 'utf8'));

test('init writes a config that is valid, and never writes over another unless told to', async () => {
  const folder = tempFolder();
  const written = await runCli(['config', 'init'], folder);
  assert.deepEqual([written.exitCode, written.stderr], [0, '']);
  const { $schema, serve } = read(folder);
  assert.ok(readFileSync(new URL($schema), 'utf8').includes('"serve"'));
  assert.deepEqual(serve, { models: { 'qwen3-0.6b': 'QWEN3_600M_INST_Q4' } });
  const checked = await runCli(['config', 'check'], folder);
  assert.equal(checked.exitCode, 0);
  assert.match(checked.stdout, /qvac\.config\.json is valid\. Models: qwen3-0\.6b\.\n$/);

  writeFileSync(join(folder, 'qvac.config.json'), '{}');
  const refused = await runCli(['config', 'init'], folder);
  assert.equal(refused.exitCode, 1);
  assert.match(refused.stderr, /is there already\. --force/);
  assert.deepEqual(read(folder), {});
  assert.equal((await runCli(['config', 'init', '--force'], folder)).exitCode, 0);
  assert.deepEqual(read(folder).serve, serve);
  assert.equal((await runCli(['config', 'init', 'my.config.ts'], folder)).exitCode, 2);
  const lost = await runCli(['config', 'init', 'nowhere/my.json'], folder);
  assert.equal(lost.exitCode, 1);
  assert.match(lost.stderr, /my\.json can't be written \(its folder is not there\)/);
});

test('what init writes over a file that all may read is for its owner only', {
  skip: process.platform === 'win32',
}, async () => {
  const folder = tempFolder();
  const file = join(folder, 'qvac.config.json');
  writeFileSync(file, '{}', { mode: 0o644 });
  assert.equal((await runCli(['config', 'init', '--force'], folder)).exitCode, 0);
  assert.equal(statSync(file).mode & 0o077, 0);
});

test('init asks at a terminal', { skip: !HAS_TERMINAL }, async () => {
  const folder = tempFolder();
  const terminal = openTerminal(['config', 'init'], folder);
  await terminal.until(/Which models/);
  terminal.press('\r');
  await terminal.until(/Which port/);
  terminal.press('9\r');
  await terminal.until(/A number from 0 to 65535/);
  terminal.press('\x7f\x7f\x7f\r'); // 114
  await terminal.until(/API key/);
  terminal.press('y');
  assert.equal(await terminal.exited, 0);
  const { serve } = read(folder);
  assert.equal(serve.port, 114);
  assert.match(serve.apiKeys[0], /^sk-[\w-]{32}$/);
  assert.ok(terminal.output().includes(serve.apiKeys[0]));
  assert.deepEqual(Object.keys(serve.models), ['qwen3-0.6b']);
  if (process.platform !== 'win32') {
    assert.equal(statSync(join(folder, 'qvac.config.json')).mode & 0o077, 0, 'others can read the key');
  }
  assert.equal((await runCli(['config', 'check'], folder)).exitCode, 0);
});

test('init that is cancelled writes nothing', { skip: !HAS_TERMINAL }, async () => {
  const folder = tempFolder();
  const terminal = openTerminal(['config', 'init'], folder);
  await terminal.until(/Which models/);
  terminal.press('\x03');
  assert.equal(await terminal.exited, 130);
  assert.throws(() => read(folder), { code: 'ENOENT' });
});

test('check tells all problems, as the server does, and for scripts', async () => {
  const folder = tempFolder();
  const file = join(folder, 'my.config.json');
  writeFileSync(file, '{"serve": {"modles": {}, "port": 70000}}');
  const { exitCode, stdout, stderr } = await runCli(['config', 'check', file], folder);
  assert.deepEqual([exitCode, stdout], [1, '']);
  const served = await runCli(['serve', 'openai', '-c', file], folder);
  assert.equal(stderr, served.stderr);
  const json = await runCli(['config', 'check', file, '--json'], folder);
  assert.equal(json.exitCode, 1);
  const report = JSON.parse(json.stdout) as { valid: boolean; problems: { path: string }[] };
  assert.equal(report.valid, false);
  assert.deepEqual(report.problems.map(({ path }) => path).sort(), ['serve.modles', 'serve.port']);
});

test('check warns of a server that would be open to the network', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'qvac.config.json'), '{"serve": {"host": "0.0.0.0"}}');
  const { exitCode, stderr } = await runCli(['config', 'check'], folder);
  assert.equal(exitCode, 0);
  assert.match(stderr, /^warning: everyone who can reach 0\.0\.0\.0 can use this server/);
});

test('show has the defaults, and no secrets', async () => {
  const folder = tempFolder();
  const serve = {
    apiKeys: ['sk-one', { name: 'me', key: 'sk-two' }],
    models: { web: { src: 'https://me:pass@example.com/a.gguf?token=abc', type: 'llm' } },
  };
  writeFileSync(join(folder, 'qvac.config.json'), JSON.stringify({ serve }));
  const { stdout } = await runCli(['config', 'show'], folder);
  for (const secret of ['sk-one', 'sk-two', 'pass', 'abc']) assert.ok(!stdout.includes(secret), secret);
  const shown = JSON.parse(stdout);
  assert.deepEqual([shown.port, shown.models[0].queue, shown.apiKeys.length], [11_434, 64, 2]);
  assert.equal(shown.models[0].source, 'https://…@example.com/a.gguf?…');
});

test('models are those of the config while no gateway runs', async () => {
  const folder = tempFolder();
  writeScriptedConfig(folder, [[ALPHA]]);
  const { exitCode, stdout } = await runCli(['models', '--url', 'http://127.0.0.1:1'], folder);
  assert.equal(exitCode, 0);
  assert.match(
    stdout,
    /^alpha +chat +-\n\(.*qvac\.config\.json; no gateway answers at http:\/\/127\.0\.0\.1:1\)\n$/m,
  );
});

test('models without a config is the built-in one, and says what to do next', async () => {
  const folder = tempFolder();
  const models = ['models', '--url', 'http://127.0.0.1:1'];
  const { exitCode, stdout } = await runCli(models, folder);
  assert.equal(exitCode, 0);
  assert.match(stdout, /^demo +chat +-\n\(no config; no gateway answers at .*\)\n/m);
  for (const command of ['serve openai', 'run demo', 'config init', 'models --catalog']) {
    assert.ok(stdout.includes(`'qvac ${command}'`), command);
  }
  const json = await runCli([...models, '--json'], folder);
  assert.deepEqual(JSON.parse(json.stdout), [{ id: 'demo', kind: 'chat', state: null }]);
  writeFileSync(join(folder, 'qvac.config.json'), '{}');
  assert.match((await runCli(models, folder)).stdout, /^demo +chat +-\n\(.*qvac\.config\.json; /m);
});

test('models looks through the catalogue', async () => {
  const folder = tempFolder();
  const { stdout } = await runCli(['models', 'qwen3 0.6b', '--max-size', '1GB'], folder);
  assert.match(
    stdout,
    /^CONSTANT +KIND +SIZE +PARAMS +QUANTISATION\nQWEN3_600M_INST_Q4 +chat +\d+ MB +600M +Q4\n$/,
  );
  const json = await runCli(['models', '--catalog', '--kind', 'embeddings', '--json'], folder);
  const found = JSON.parse(json.stdout) as { constant: string; kind: string }[];
  assert.ok(found.some(({ constant }) => constant === 'GTE_LARGE_FP16'));
  assert.ok(found.every(({ kind }) => kind === 'embeddings'));
  assert.equal((await runCli(['models', '--kind', 'poetry'], folder)).exitCode, 2);
  assert.match((await runCli(['models', 'mmproj'], folder)).stdout, /^No model .* --all also looks/);
  assert.match((await runCli(['models', 'mmproj', '--all'], folder)).stdout, /^MMPROJ_/m);
  assert.match((await runCli(['models', 'no such', '--all'], folder)).stdout, /^No model [^-]*\n$/);
});

async function doctor(folder: string, ...args: string[]) {
  const { exitCode, stdout } = await runCli(['doctor', '--json', ...args], folder);
  const findings = JSON.parse(stdout) as Finding[];
  return {
    exitCode,
    status: Object.fromEntries(findings.map(({ check, status }) => [check, status])),
    findings,
  };
}

test('models elsewhere are models of the config too', async () => {
  const folder = tempFolder();
  const away = { url: 'http://127.0.0.1:9/v1', model: 'm' };
  const serve = { models: { away }, remotes: [{ url: 'http://127.0.0.1:8/v1' }] };
  writeFileSync(join(folder, 'qvac.config.json'), JSON.stringify({ serve }));
  const checked = await runCli(['config', 'check'], folder);
  assert.match(checked.stdout, /is valid\. Models: away, those of 127\.0\.0\.1:8\.\n$/);
  const listed = await runCli(['models', '--url', 'http://127.0.0.1:1'], folder);
  assert.match(listed.stdout, /^away +any +-\n\(and those of 127\.0\.0\.1:8; .*qvac\.config\.json; /m);
  const { findings } = await doctor(folder);
  const config = findings.find(({ check }) => check === 'config')?.message;
  assert.match(config ?? '', /qvac\.config\.json, 1 model, and those of other servers$/);
  const pulled = await runCli(['pull', 'away'], folder);
  assert.deepEqual(
    [pulled.exitCode, pulled.stderr],
    [2, "error: 'away' is a model elsewhere: it has no files to download.\n"],
  );
});

test('doctor finds all well where a gateway runs', async () => {
  const folder = tempFolder();
  const config = writeScriptedConfig(folder, [[ALPHA]]);
  const gateway = await startGateway(['-c', config], folder);
  const { exitCode, status, findings } = await doctor(folder, '--port', new URL(gateway.url).port);
  assert.equal(exitCode, 0);
  assert.deepEqual(Object.keys(status), ['Node', 'engines', 'libraries', 'memory', 'disk', 'config', 'port']);
  for (const check of ['Node', 'engines', 'config', 'port']) assert.equal(status[check], 'ok', check);
  assert.match(findings.at(-1)?.message ?? '', /a gateway runs on/);
});

test('doctor says what is wrong and what to do', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'qvac.config.json'), '{"serve": {"modles": {}}}');
  const other = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n{"models":[]}')).listen(
    0,
    '127.0.0.1',
  );
  await once(other, 'listening');
  try {
    const { port } = other.address() as { port: number };
    const { exitCode, status } = await doctor(folder, '--port', String(port));
    assert.equal(exitCode, 1);
    assert.deepEqual([status.config, status.port], ['fail', 'fail']);
    const { stdout, stderr } = await runCli(['doctor', '--port', String(port)], folder);
    assert.match(stdout, /^FAIL {2}config +.*qvac\.config\.json\n +serve\.modles: unknown key/m);
    assert.match(stdout, /^FAIL {2}port .*another program\n +→ Stop the program/m);
    assert.match(stderr, /^error: the gateway can't run like that: config, port\.\n$/);
  } finally {
    other.close();
  }
});
