/**
 * The gateway before the official server: `QVAC_TEST_PEER=FOLDER npm run test:foreign`, where FOLDER is one in which
 * `@qvac/cli` is installed.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ALPHA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';
import { type ForeignProgram, testForeign } from './foreign-suite.js';

const peer = process.env.QVAC_TEST_PEER;
const folder = tempFolder();

if (peer === undefined) {
  test('the official server', {
    skip: 'QVAC_TEST_PEER names no folder where @qvac/cli is installed',
  }, () => {});
} else {
  await testForeign({
    start: (model, port) => start(peer, model, port),
    unknownModel: { status: 404, code: 'model_not_found', message: /"nobody" is not available/ },
  });
}

async function start(peer: string, model: string, port: number): Promise<ForeignProgram> {
  const cwd = mkdtempSync(join(folder, 'peer-'));
  const entry = { src: model, type: 'llm', preload: true, config: { ctx_size: 131_072, device: 'cpu' } };
  writeFileSync(join(cwd, 'qvac.config.json'), JSON.stringify({ serve: { models: { alpha: entry } } }));
  const cli = join(peer, 'node_modules/@qvac/cli/dist/index.js');
  const child = spawn(
    process.execPath,
    [cli, 'serve', '--openai', '-c', 'qvac.config.json', '-p', String(port)],
    {
      cwd,
      env: { ...process.env, HOME: cwd, TMPDIR: cwd }, // it keeps conversations below it
      stdio: 'ignore',
    },
  );
  const exited = once(child, 'close');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  after(kill);
  const url = `http://127.0.0.1:${port}/v1`;
  while (!(await hasLoaded(url))) {
    assert.equal(child.exitCode, null, 'it ended before it had loaded its model');
    await delay(50);
  }
  return {
    url,
    // Its engine has one slot: what is asked now waits until the one that nobody reads has ended.
    untilLeft: async () => assert.equal(await ask(url), fallbackOf(ALPHA)),
    kill,
  };
}

async function hasLoaded(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/models`);
    const { data } = (await response.json()) as { data: { state: string }[] };
    return data.some(({ state }) => state === 'ready');
  } catch {
    return false; // it does not listen yet
  }
}

async function ask(url: string): Promise<string | undefined> {
  const response = await fetch(`${url}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'alpha', messages: [{ role: 'user', content: 'Hello!' }] }),
  });
  const { choices } = (await response.json()) as { choices: { message: { content: string } }[] };
  return choices[0]?.message.content;
}
