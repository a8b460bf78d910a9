import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { runCli } from '../support/cli.js';
import { startGateway } from '../support/gateway.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';
import { HAS_TERMINAL, openTerminal } from '../support/terminal.js';

const folder = tempFolder();
const config = writeScriptedConfig(folder, [[ALPHA, { preload: true, config: { ctx_size: 131_072 } }]]);
const { serve } = JSON.parse(readFileSync(config, 'utf8')) as { serve: { models: object } };
const vectors = { src: './model-0.gguf', type: 'embeddings' };
writeFileSync(config, JSON.stringify({ serve: { models: { ...serve.models, vectors } } }));
const gateway = await startGateway(['-c', config], folder);
const url = ['--url', gateway.url];

const REPLY = fallbackOf(ALPHA);

test('the answer to a prompt is on stdout, its numbers on stderr', async () => {
  const plain = await runCli(['run', 'alpha', 'Hello!', ...url], folder);
  assert.deepEqual(plain, { exitCode: 0, stdout: `${REPLY}\n`, stderr: '' });
  const { stdout, stderr } = await runCli(['run', 'alpha', 'Hello!', '-v', ...url], folder);
  assert.equal(stdout, `${REPLY}\n`);
  // A scripted answer comes in one piece, mostly: no rate is known then.
  assert.match(stderr, /^first token \d+ ms, (?:[\d.]+|-) tokens\/s, \d+ tokens asked, \d+ answered\n$/);
});

test('the prompt may be piped in', async () => {
  assert.equal((await runCli(['run', 'alpha', ...url], folder, {}, 'Hello!\n')).stdout, `${REPLY}\n`);
});

test('the model is told beforehand what --system says', async () => {
  const tokensOf = async (...args: string[]): Promise<number> => {
    const { stdout } = await runCli(['run', 'alpha', 'Hello!', '--json', ...args, ...url], folder);
    return JSON.parse(stdout).prompt_tokens;
  };
  assert.ok((await tokensOf('--system', 'All is in euro.')) > (await tokensOf()));
});

test('what the model thinks is not in the answer', async () => {
  assert.equal((await runCli(['run', 'alpha', 'think', ...url], folder)).stdout, 'It is four.\n');
});

test('--json has the answer and its numbers', async () => {
  const { stdout } = await runCli(['run', 'alpha', 'Hello!', '--json', ...url], folder);
  const answer = JSON.parse(stdout);
  assert.equal(answer.model, 'alpha');
  assert.equal(answer.text, REPLY);
  for (const key of ['prompt_tokens', 'completion_tokens', 'first_token_ms']) {
    assert.ok(answer[key] > 0, key);
  }
  assert.ok('tokens_per_second' in answer);
});

test('it says what is wrong, and how it ended', async () => {
  const unknown = await runCli(['run', 'Alpha2', 'Hello!', ...url], folder);
  assert.deepEqual([unknown.exitCode, unknown.stdout], [1, '']);
  assert.match(unknown.stderr, /^error: No model 'Alpha2'.*Did you mean 'alpha'\? \(model_not_found\)\n$/);
  const silent = await runCli(['run', 'alpha', ...url], folder);
  assert.equal(silent.exitCode, 2);
  assert.match(silent.stderr, /nothing to ask/);
});

test('at a terminal it is a conversation', { skip: !HAS_TERMINAL }, async () => {
  const terminal = openTerminal(['run', 'alpha', '-v', ...url], folder);
  const asked = async (): Promise<number> => {
    const start = terminal.output().length;
    terminal.press('Hello!\n');
    await terminal.until(/\d+ tokens asked/);
    return Number(/(\d+) tokens asked/.exec(terminal.output().slice(start))?.[1]);
  };
  await terminal.until(/alpha> /);
  const first = await asked();
  assert.ok(terminal.output().includes(REPLY));
  assert.ok((await asked()) > first, 'the second question comes without the first');
  terminal.press('/clear\n');
  assert.equal(await asked(), first);

  terminal.press('for ever\n');
  await terminal.until(/(?:one two three four .*){3}/s);
  terminal.press('\x03');
  await terminal.until(/alpha> /);
  terminal.press('gone?\n'); // the engine is free again
  await terminal.until(/tokens asked/);
  terminal.press('/bye\n');
  assert.equal(await terminal.exited, 0);
});

test('at a terminal it goes on when an answer fails', { skip: !HAS_TERMINAL }, async () => {
  const terminal = openTerminal(['run', 'alpha', ...url], folder);
  await terminal.until(/alpha> /);
  terminal.press('for ever\n');
  await terminal.until(/one two three/);
  await runCli(['unload', 'alpha', '--now', ...url], folder);
  await terminal.until(/error: .*\(model_unloaded\)/);
  await terminal.until(/alpha> /);
  terminal.press('\x04');
  assert.equal(await terminal.exited, 0);
  assert.ok(terminal.output().endsWith('\n'), 'the shell begins behind the prompt');
});

test('at a terminal it says at once that there is no such model', { skip: !HAS_TERMINAL }, async () => {
  for (const [alias, problem] of [
    [
      'alhpa',
      "No model 'alhpa' is configured. Configured are: 'alpha', 'vectors'. Did you mean 'alpha'? (model_not_found)",
    ],
    ['gpt-4', "No model 'gpt-4' is configured. Configured are: 'alpha', 'vectors'. (model_not_found)"],
    ['vectors', "'vectors' can't chat: it is for embeddings."],
  ] as const) {
    const terminal = openTerminal(['run', alias, ...url], folder);
    assert.equal(await terminal.exited, 1);
    assert.equal(terminal.output(), `error: ${problem}\r\n`);
  }
  const nowhere = openTerminal(['run', 'alpha', '--url', 'http://127.0.0.1:1'], folder);
  assert.equal(await nowhere.exited, 69);
});
