import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { DEMO_SCRIPT } from '../../src/scripted-model/demo-script.js';
import { checkedFetch } from '../support/checked-fetch.js';
import { spawnCli } from '../support/cli.js';
import { startGateway } from '../support/gateway.js';
import { completionShape, modelsShape } from '../support/openai-shapes.js';
import { isAlive, untilDead } from '../support/processes.js';
import { readError, readReply } from '../support/read-reply.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();

async function say(url: string, content: string, model?: string) {
  const response = await checkedFetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content }] }),
  });
  const { choices } = await readReply(response, completionShape);
  return choices[0]?.message.content;
}

test('without any config the demo model says what it is', async () => {
  const gateway = await startGateway([], folder);
  const text = await say(gateway.url, 'Hello!');
  assert.equal(text, fallbackOf(DEMO_SCRIPT));
  assert.match(text ?? '', /demo model.*qvac\.config\.json/s);
  assert.equal(await gateway.stop(), 0);
});

test('a config is found from the working directory upward', async () => {
  const project = join(folder, 'project');
  const deep = join(project, 'a', 'b');
  mkdirSync(deep, { recursive: true });
  writeScriptedConfig(project, [[ALPHA, { default: true }]]);
  const gateway = await startGateway([], deep);
  assert.equal(await say(gateway.url, 'Hello!'), fallbackOf(ALPHA));
  assert.equal(await gateway.stop(), 0);
});

test('--model preloads beside what the config preloads', async () => {
  const config = writeScriptedConfig(folder, [
    [ALPHA, { preload: true }],
    [BETA],
    [{ ...BETA, name: 'gamma' }],
  ]);
  const gateway = await startGateway(['-c', config, '--model', 'beta'], folder);
  const response = await checkedFetch(`${gateway.url}/v1/models`);
  const { data } = await readReply(response, modelsShape);
  assert.deepEqual(
    data.map(({ id }) => id),
    ['alpha', 'beta'],
  );
  assert.equal(await gateway.stop(), 0);
});

test('the port is taken at once, and answers when the preloaded models are there', async () => {
  const config = writeScriptedConfig(folder, [[ALPHA, { preload: true }]]);
  const child = spawnCli(['serve', 'openai', '-p', '0', '-c', config], folder);
  try {
    const [first] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    const { msg } = JSON.parse(first.toString().split('\n')[0] ?? '') as { msg: string };
    const url = /http:\S+/.exec(msg)?.[0];
    assert.ok(url, msg);
    const response = await checkedFetch(`${url}/v1/models`);
    const { data } = await readReply(response, modelsShape);
    assert.deepEqual(
      data.map(({ id }) => id),
      ['alpha'],
    );
  } finally {
    child.kill('SIGTERM');
    await once(child, 'close');
  }
});

test('a model that cannot be loaded says why, and the others serve', async () => {
  const path = writeScriptedConfig(folder, [[ALPHA, { preload: true }]]);
  writeFileSync(join(folder, 'junk.gguf'), 'this is no model');
  const entry = { src: './junk.gguf', type: 'llm', preload: true };
  const { serve } = JSON.parse(readFileSync(path, 'utf8')) as { serve: { models: object } };
  const config = join(folder, 'junk.config.json');
  writeFileSync(config, JSON.stringify({ serve: { models: { ...serve.models, junk: entry } } }));

  const gateway = await startGateway(['-c', config], folder);
  assert.equal(await say(gateway.url, 'Hello!', 'alpha'), fallbackOf(ALPHA));
  const response = await checkedFetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'junk', messages: [{ role: 'user', content: 'Hello!' }] }),
  });
  assert.equal(response.headers.get('x-should-retry'), 'false');
  const { status, code, message } = await readError(response);
  assert.deepEqual([status, code], [500, 'model_load_failed']);
  assert.match(message, /'junk' could not be loaded: ./);
  assert.equal(await gateway.stop(), 0);
});

/** A gateway in the middle of a stream that would go on for minutes. */
async function startEndlessStream(name: string) {
  const temp = join(folder, name);
  mkdirSync(temp);
  const config = writeScriptedConfig(folder, [[ALPHA, { preload: true, config: { ctx_size: 131_072 } }]]);
  const gateway = await startGateway(['-c', config], folder, { TMPDIR: temp });
  const pid = (await gateway.logged(({ msg }) => msg === 'model loaded')).pid as number;
  const response = await checkedFetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'alpha', messages: [{ role: 'user', content: 'for ever' }], stream: true }),
  });
  const reader = response.body?.getReader();
  await reader?.read();
  reader?.closed.catch(() => {}); // it breaks off: that is the point
  return { gateway, pid, temp };
}

test('a gateway that is killed takes its bare processes along, in the middle of a stream too', async () => {
  const { gateway, pid } = await startEndlessStream('killed');
  process.kill(gateway.pid, 'SIGKILL');
  await untilDead(pid);
});

describe('a signal to stop', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`${signal} lets a running stream finish, and leaves nothing behind`, async () => {
      const temp = join(folder, signal);
      mkdirSync(temp);
      const config = writeScriptedConfig(folder, [[ALPHA, { preload: true }]]);
      // A thousand tokens take longer than the usual time where cores are scarce.
      const args = ['-c', config, '--shutdown-timeout', '120'];
      const gateway = await startGateway(args, folder, { TMPDIR: temp });
      const pid = (await gateway.logged(({ msg }) => msg === 'model loaded')).pid as number;
      assert.ok(isAlive(pid));

      const response = await checkedFetch(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          messages: [{ role: 'user', content: 'for ever' }],
          model: 'alpha',
          stream: true,
          max_tokens: 1_000,
        }),
      });
      process.kill(gateway.pid, signal);
      const text = await response.text();
      assert.ok(text.endsWith('data: [DONE]\n\n'), text.slice(-200));
      assert.equal(await gateway.exited, 0);
      assert.ok(!isAlive(pid), 'no bare process');
      assert.deepEqual(readdirSync(temp), [], 'no temporary file');
      assert.equal(gateway.stderr(), '');
    });
  }

  test('that comes twice ends everything at once, in the middle of a stream', async () => {
    const { gateway, pid, temp } = await startEndlessStream('twice');
    process.kill(gateway.pid, 'SIGTERM');
    await gateway.logged(({ msg }) => msg.startsWith('stopping'));
    process.kill(gateway.pid, 'SIGTERM');
    assert.equal(await gateway.exited, 1);
    await untilDead(pid);
    assert.deepEqual(readdirSync(temp), [], 'no temporary file');
  });

  test('does not wait for connections that never sent a request', async () => {
    const gateway = await startGateway([], folder);
    const { port, hostname } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    socket.resume(); // or it would never see its end
    await once(socket, 'connect');
    const [exitCode] = await Promise.all([gateway.stop(), once(socket, 'close')]);
    assert.equal(exitCode, 0);
  });
});
