import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { CLI, cleanEnv, runCli } from '../support/cli.js';
import { startEndlessStream } from '../support/endless-stream.js';
import { startGateway } from '../support/gateway.js';
import { createOpenAI } from '../support/openai-client.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';
import { HAS_TERMINAL, openTerminal } from '../support/terminal.js';

const folder = tempFolder();
const config = writeScriptedConfig(folder, [
  [ALPHA, { preload: true, config: { ctx_size: 131_072 } }],
  [BETA],
]);
const gateway = await startGateway(['-c', config], folder);
const url = ['--url', gateway.url];
const qvac = (...args: string[]) => runCli([...args, ...url], folder);

test('load and unload have JSON for scripts', async () => {
  assert.deepEqual(JSON.parse((await qvac('load', 'beta', '--json')).stdout), {
    id: 'beta',
    object: 'model',
    state: 'ready',
  });
  assert.deepEqual(JSON.parse((await qvac('unload', 'beta', '--json')).stdout), {
    id: 'beta',
    object: 'model',
    deleted: true,
  });
});

test('a model that is not there is told with the one that was likely meant', async () => {
  for (const [command, ...more] of [['load'], ['unload'], ['logs'], ['logs', '-f'], ['bench']]) {
    const { exitCode, stdout, stderr } = await qvac(command as string, 'beat', ...more);
    assert.deepEqual([exitCode, stdout], [1, ''], command);
    assert.match(
      stderr,
      /^error: No model 'beat' .*: 'alpha', 'beta'\. Did you mean 'beta'\? \(model_not_found\)\n$/,
    );
  }
});

test('ps shows a model that works', async () => {
  const stream = await startEndlessStream(createOpenAI(gateway.url), ALPHA);
  const { stdout } = await qvac('ps');
  assert.match(stdout, /^alpha +ready +1\/1 +0 +(?:-|\d+\.\d) +\d+ MB /m);
  await stream.stop();
});

test('models are those of the gateway while one runs, with their states', async () => {
  const { stdout } = await qvac('models');
  assert.match(stdout, /^MODEL +KIND +STATE\nalpha +chat +ready\nbeta +chat +idle\n\(http:/);
  assert.deepEqual(JSON.parse((await qvac('models', '--json', '--kind', 'embeddings')).stdout), []);
});

test('logs shows the lines of one model, as the gateway prints them at a terminal', async () => {
  const { stdout, stderr, exitCode } = await qvac('logs', 'beta', '-n', '1');
  assert.deepEqual([exitCode, stderr], [0, '']);
  assert.match(stdout, /^\[\d\d:\d\d:\d\d\] INFO: model unloaded \{"model":"beta"\}\n$/);
  const lines = (await qvac('logs', '--json')).stdout.trimEnd().split('\n');
  const messages = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
  assert.ok(messages.includes('gateway started'));
  const unknown = await qvac('logs', 'gamma');
  assert.equal(unknown.exitCode, 1);
  assert.match(unknown.stderr, /model_not_found/);
});

/** Starts a command whose output can be cut off. */
function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, [CLI, ...args, ...url], {
    env: cleanEnv(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function outputUntil(child: ChildProcess, pattern: RegExp): Promise<void> {
  let output = '';
  for await (const chunk of child.stdout ?? []) {
    output += chunk;
    if (pattern.test(output)) return; // which closes the pipe
  }
  throw new Error(`it ended without ${pattern}: ${output}`);
}

test('logs -f goes on, and ends quietly when nobody reads any more', async () => {
  const child = start('logs', 'beta', '-f', '-n', '0');
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const closed = once(child, 'close');
  let isRead = false;
  const read = outputUntil(child, /model loaded.*\n/s).then(() => {
    isRead = true;
  });
  while (!isRead) {
    await qvac('load', 'beta');
    await qvac('unload', 'beta');
  }
  await read;
  let isClosed = false;
  void closed.then(() => {
    isClosed = true;
  });
  while (!isClosed) await qvac('load', 'beta'); // until it has something to say
  assert.deepEqual([await closed, stderr], [[0, null], '']);
});

test('bench has numbers of all answers', async () => {
  const args = ['bench', 'alpha', '--requests', '6', '--concurrency', '2', '--max-tokens', '10'];
  const report = JSON.parse((await qvac(...args, '--json')).stdout);
  assert.deepEqual(
    [report.model, report.requests, report.concurrency, report.max_tokens, report.completion_tokens],
    ['alpha', 6, 2, 10, 60],
  );
  assert.ok(report.first_token_ms.p50 > 0 && report.first_token_ms.p99 >= report.first_token_ms.p50);
  assert.ok(report.inter_token_ms.p99 >= 0 && report.tokens_per_second_total > 0);
  const { stdout, stderr } = await qvac(...args);
  assert.equal(stderr, '');
  assert.match(stdout, /^alpha: 6 requests, 2 at a time, 60 tokens in [\d.]+ s\n/);
  assert.match(stdout, /^first token +[\d.]+ ms +[\d.]+ ms$/m);
  const many = await qvac('bench', 'alpha', '--requests', '12', '--concurrency', '12', '--max-tokens', '1');
  assert.deepEqual([many.exitCode, many.stderr], [0, '']);
  const alone = await qvac('bench', 'alpha', '--requests', '4', '--max-tokens', '1');
  assert.deepEqual([alone.exitCode, alone.stderr], [0, '']);
});

test('a disk that is full is told without a trace', { skip: !existsSync('/dev/full') }, async () => {
  const child = spawn(process.execPath, [CLI, 'ps', ...url], {
    env: cleanEnv(),
    stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
  });
  const [stderr, [exitCode]] = await Promise.all([text(child.stderr as Readable), once(child, 'close')]);
  assert.deepEqual([exitCode, stderr], [1, "error: the output can't be written (ENOSPC).\n"]);
});

test('top without a terminal says what to use instead', async () => {
  const { exitCode, stderr } = await qvac('top');
  assert.equal(exitCode, 2);
  assert.match(stderr, /needs a terminal.*qvac ps/);
});

/** The terminal's other screen goes, and the cursor is back. */
const SCREEN_BACK = '\x1b[?25h\x1b[?1049l';

test('top takes the screen, and gives it back', { skip: !HAS_TERMINAL }, async () => {
  for (const key of ['q', '\x03', 'qq']) {
    const terminal = openTerminal(['top', ...url], folder);
    await terminal.until(/\[\?1049h/);
    await terminal.until(/MODEL +STATE.*alpha +ready/s);
    await terminal.until(/MODEL +STATE/); // it draws again
    terminal.press(key);
    assert.equal(await terminal.exited, 0);
    assert.ok(terminal.output().endsWith(SCREEN_BACK));
  }
});

test('top of a gateway that answers no more says so, and ends at once', { skip: !HAS_TERMINAL }, async () => {
  const { pid, url } = await startGateway(['--no-supervisor', '-c', config], folder);
  const terminal = openTerminal(['top', '--url', url], folder);
  await terminal.until(/alpha +ready/);
  process.kill(pid, 'SIGSTOP');
  try {
    await terminal.until(/The gateway has not answered for 5 s\./);
    terminal.press('q');
    assert.equal(await terminal.exited, 0);
    assert.ok(terminal.output().endsWith(SCREEN_BACK));
  } finally {
    process.kill(pid, 'SIGCONT');
  }
});

test('top of no gateway leaves the screen alone', { skip: !HAS_TERMINAL }, async () => {
  const terminal = openTerminal(['top', '--url', 'http://127.0.0.1:1'], folder);
  assert.equal(await terminal.exited, 69);
  assert.match(terminal.output(), /^error: no gateway answers at/);
});

test('a Tab completes commands, options and the aliases of the gateway', async () => {
  const complete = async (...words: string[]) => {
    const { stdout } = await runCli(['complete', '--', ...words], folder);
    return stdout.split('\n').map((line) => line.split('\t')[0]);
  };
  const commands = await complete('');
  for (const command of ['serve', 'ps', 'run', 'doctor', 'completion']) {
    assert.ok(commands.includes(command), command);
  }
  assert.ok((await complete('serve', 'openai', '--log-l')).includes('--log-level'));
  const aliases = await complete('load', ...url, '');
  assert.deepEqual(aliases.slice(0, 2), ['alpha', 'beta']);
  const keyed = await startGateway(['-c', config], folder, { QVAC_API_KEY: 'sk-tab' });
  const keys = join(folder, 'keys');
  writeFileSync(keys, 'sk-tab', { mode: 0o600 });
  const withKey = await complete('run', '--url', keyed.url, '--api-key-file', keys, '');
  assert.deepEqual(withKey.slice(0, 2), ['alpha', 'beta']);
  for (const shell of ['bash', 'zsh', 'fish', 'powershell']) {
    const { exitCode, stdout } = await runCli(['completion', shell], folder);
    assert.equal(exitCode, 0, shell);
    assert.match(stdout, /qvac/);
  }
  assert.equal((await runCli(['completion', 'tcsh'], folder)).exitCode, 2);
});
