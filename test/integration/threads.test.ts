import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { startGateway } from '../support/gateway.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const models = [1, 5].map((threads) => ({ name: `threads-${threads}`, threads }));
const config = writeScriptedConfig(
  folder,
  models.map(({ name, threads }) => [
    { ...ALPHA, name },
    { preload: true, config: { threads, ctx_size: 131_072 } },
  ]),
);
const gateway = await startGateway(['-c', config], folder);

/** Threads of the model's process while it generates. */
async function threadsOf(model: string): Promise<number> {
  const abort = new AbortController();
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'for ever' }], stream: true }),
    signal: abort.signal,
  });
  await response.body?.getReader().read();
  const { pid } = await gateway.logged((line) => line.msg === 'model loaded' && line.model === model);
  const count = readdirSync(`/proc/${pid}/task`).length;
  abort.abort();
  return count;
}

// Linux alone tells the threads of another process without a tool.
test('threads of the config reach the engine', { skip: !existsSync('/proc/self/task') }, async () => {
  const [one = 0, five = 0] = [await threadsOf('threads-1'), await threadsOf('threads-5')];
  assert.equal(five - one, 4);
});
