import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type CliResult, runCli } from '../support/cli.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';
import { HAS_TERMINAL, openTerminal } from '../support/terminal.js';

const folder = tempFolder();

/** Writes a config file and says its path. */
function configFile(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** It ends with this exit code and one message on stderr, without a stack and without having served. */
function assertFailed(
  { exitCode, stdout, stderr }: CliResult,
  expected: number,
  ...messages: RegExp[]
): void {
  assert.equal(exitCode, expected, stderr);
  for (const message of messages) assert.match(stderr, message);
  assert.doesNotMatch(stderr, /\n\s+at .*:\d+/, 'no stack');
  assert.doesNotMatch(stdout, /gateway started/);
}

describe('help and version', () => {
  test('--version is that of the package', async () => {
    const { exitCode, stdout } = await runCli(['--version'], folder);
    assert.equal(exitCode, 0);
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
  });

  for (const args of [
    ['--help'],
    ['serve', '--help'],
    ['serve', 'openai', '--help'],
    ['ps', '--help'],
    ['load', '--help'],
    ['unload', '--help'],
    ...['models', 'logs', 'top', 'run', 'bench', 'doctor', 'pull', 'provide', 'reload', 'completion'].map(
      (name) => [name, '--help'],
    ),
    ...['check', 'show', 'init'].map((name) => ['config', name, '--help']),
  ]) {
    test(args.join(' '), async () => {
      const { exitCode, stdout } = await runCli(args, folder);
      assert.equal(exitCode, 0);
      assert.match(stdout, /^Usage: qvac/);
      assert.doesNotMatch(stdout, /default:\s+(?:false|\[)/);
      assert.doesNotMatch(stdout, /.{81}/, 'a line that a usual terminal breaks');
      if (args.length > 1 && args[0] !== 'serve') assert.match(stdout, /\nExamples:\n {2}\S/);
    });
  }

  test('the help fits a narrow terminal', { skip: !HAS_TERMINAL }, async () => {
    const terminal = openTerminal(['serve', 'openai', '--help'], folder, 60);
    await terminal.exited;
    const options = terminal.output().split('Examples:')[0] ?? '';
    assert.match(options, /--no-supervisor/);
    assert.doesNotMatch(options, /[^\r\n]{61}/);
  });

  test('the help of serve openai names every option of the document', async () => {
    const { stdout } = await runCli(['serve', 'openai', '--help'], folder);
    for (const option of [
      '-c, --config',
      '-p, --port',
      '-H, --host',
      '--model',
      '--api-key',
      '--cors',
      '-v, --verbose',
      '--log-format',
      '--api-key-file',
      '--allow-unauthenticated',
      '--cors-origin',
    ]) {
      assert.ok(stdout.includes(option), option);
    }
    for (const value of ['11434', '127.0.0.1']) assert.ok(stdout.includes(value), value);
  });
});

describe('a wrong command line', () => {
  for (const [title, args, message] of [
    ['an unknown option', ['serve', 'openai', '--prot', '1'], /unknown option '--prot'/],
    ['an unknown command', ['sevre'], /unknown command 'sevre'/],
    ['a port that is no number', ['serve', 'openai', '-p', 'http'], /number from 0 to 65535/],
    ['a URL that is none', ['ps', '--url', 'localhost'], /--url <url>.* as http:\/\/127/],
    ['a URL of another protocol', ['load', 'alpha', '--url', 'ftp://localhost'], /--url <url>.*a URL/],
    ['a load without an alias', ['load'], /missing required argument 'alias'/],
    ['a port out of range', ['serve', 'openai', '-p', '65536'], /number from 0 to 65535/],
  ] as const) {
    test(title, async () => assertFailed(await runCli(args, folder), 2, message));
  }

  test('a level of the log that is none, also in the environment', async () => {
    const message = /log-level <level>.*one of trace, debug/;
    assertFailed(await runCli(['serve', 'openai', '--log-level', 'loud'], folder), 2, message);
    assertFailed(await runCli(['serve', 'openai'], folder, { LOG_LEVEL: 'loud' }), 2, message);
  });

  test('a model to preload that is not configured', async () => {
    const config = writeScriptedConfig(folder, [[ALPHA]]);
    const result = await runCli(['serve', 'openai', '-c', config, '--model', 'beta'], folder);
    assertFailed(result, 2, /--model beta: no such model/, /Configured are: alpha/);
  });

  test('a model to preload that is on another server', async () => {
    const config = join(folder, 'elsewhere.json');
    writeFileSync(
      config,
      JSON.stringify({ serve: { models: { far: { url: 'http://127.0.0.1:1/v1', model: 'm' } } } }),
    );
    const result = await runCli(['serve', 'openai', '-c', config, '--model', 'far'], folder);
    assertFailed(result, 2, /--model far: it runs elsewhere/);
  });
});

describe('a wrong config', () => {
  const serve = (path: string) => runCli(['serve', 'openai', '-p', '0', '-c', path], folder);

  test('that does not exist', async () => {
    assertFailed(await serve(join(folder, 'none.json')), 1, /none\.json/);
  });

  test('that is not JSON', async () => {
    assertFailed(await serve(configFile('broken.json', '{\n  "serve": {,}\n}')), 1, /broken\.json/, /line 2/);
  });

  test('with an unknown key', async () => {
    const path = configFile('key.json', '{"serve": {"modles": {}}}');
    assertFailed(await serve(path), 1, /key\.json/, /serve\.modles: unknown key; did you mean "models"\?/);
  });

  test('with a constant that does not exist', async () => {
    const path = configFile('constant.json', '{"serve": {"models": {"my-llm": "QWEN3_600M_INST_Q5"}}}');
    assertFailed(await serve(path), 1, /serve\.models\.my-llm/, /QWEN3_600M_INST_Q4/);
  });

  test('with an option that the engine does not know', async () => {
    writeScriptedConfig(folder, [[ALPHA]]);
    const entry = { src: './model-0.gguf', type: 'llm', config: { ctx_sise: 5 } };
    const path = configFile('option.json', JSON.stringify({ serve: { models: { alpha: entry } } }));
    assertFailed(await serve(path), 1, /serve\.models\.alpha\.config\.ctx_sise/, /ctx_size/);
  });
});

test('a port in use is said so, and how to choose another', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as { port: number };
    const result = await runCli(['serve', 'openai', '-p', String(port)], folder);
    assertFailed(result, 1, new RegExp(`port ${port} on 127\\.0\\.0\\.1 is in use.*--port`));
  } finally {
    server.close();
  }
});
