/**
 * The gateway before a server from npm that has llama.cpp in a build of its own: `npm run test:foreign`. Installing it takes
 * a minute and 0.8 GB, so it is not part of `npm test`. What it serves is a scripted model: nothing else is downloaded.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ALPHA } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';
import { type ForeignProgram, type ForeignSuite, IDLE_TIMEOUT_MS, testForeign } from './foreign-suite.js';

const PACKAGES = ['inference-server@1.0.0-beta.32', 'node-llama-cpp@3.22.1'];
const PROGRAM = 'inference-server.mjs';

const folder = tempFolder();
writeFileSync(join(folder, 'package.json'), '{ "private": true }');
// Without scripts: one of them would build llama.cpp where no ready build fits.
execFileSync(
  'npm',
  ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...PACKAGES],
  {
    cwd: folder,
    shell: process.platform === 'win32',
    stdio: ['ignore', 'ignore', 'inherit'],
  },
);
const fixture = new URL(`../../../test/fixtures/foreign/${PROGRAM}`, import.meta.url);
copyFileSync(fileURLToPath(fixture), join(folder, PROGRAM));

await testForeign(
  { start, unknownModel: { status: 400, code: 'invalid_request', message: /\(400\): Model does not exist/ } },
  (suite) => {
    test('what goes wrong in it is an error of ours', async () => {
      const response = await askNonsense(suite, false);
      assert.equal(response.status, 502);
      assert.equal((await errorOf(response)).code, 'remote_error');
    });

    test('so is what goes wrong in a stream, which it leaves open after half a line', async () => {
      const response = await askNonsense(suite, true);
      assert.equal(response.status, 504);
      const { code, remote, message } = await errorOf(response);
      assert.equal(code, 'remote_timeout');
      assert.equal(remote, suite.remote);
      assert.match(String(message), new RegExp(`sent nothing more within ${IDLE_TIMEOUT_MS} ms`));
    });
  },
);

async function start(model: string, port: number): Promise<ForeignProgram> {
  const whens = JSON.stringify(ALPHA.replies.map(({ when }) => when ?? null));
  const child = spawn(process.execPath, [PROGRAM, model, String(port), whens], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const exited = once(child, 'close');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  after(kill);
  const said: string[] = [];
  const lines = createInterface({ input: child.stdout }).on('line', (line) => said.push(line));
  const until = async (line: string): Promise<void> => {
    while (!said.includes(line)) await once(lines, 'line');
  };
  const ended = exited.then(() => {
    throw new Error(`the server ended: ${stderr}`);
  });
  await Promise.race([until('listening'), ended]);
  return {
    url: `http://127.0.0.1:${port}/openai/v1`,
    untilLeft: (requestId) => until(`left ${requestId}`),
    kill,
  };
}

/** A message that it does not understand, and that makes it fail. */
function askNonsense({ near }: ForeignSuite, stream: boolean): Promise<Response> {
  return fetch(`${near.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'mine', stream, messages: [{ role: 'user', content: 7 }] }),
  });
}

async function errorOf(response: Response): Promise<Record<string, unknown>> {
  return ((await response.json()) as { error: Record<string, unknown> }).error;
}
