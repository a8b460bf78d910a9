import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { test } from 'node:test';
import { createServer } from '../../../src/http/server.js';
import { Fleet } from '../../../src/models/fleet.js';
import { createLogger } from '../../../src/telemetry/logger.js';
import { deferred } from '../../support/deferred.js';
import { turns } from '../../support/turns.js';
import { createFakeHost } from '../models/fake-pool.js';
import { noOperations } from './no-operations.js';

const access = {
  host: '127.0.0.1',
  apiKeys: [],
  corsOrigins: [],
  listModels: 'loaded' as const,
  imageHosts: [],
  takesImages: () => false,
  uploadFolder: 'none',
};

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly status?: number;
}

function createTestServer(started: Promise<void> = Promise.resolve()) {
  const { host, pool } = createFakeHost();
  const log: Line[] = [];
  const completed = deferred<Line>();
  const logger = createLogger('info', {
    write(text) {
      const line = JSON.parse(text) as Line;
      log.push(line);
      if (line.msg === 'request completed') completed.resolve(line);
    },
  });
  const fleet = new Fleet([{ host, category: 'chat', default: true, threads: 1 }]);
  return {
    app: createServer(fleet, access, noOperations(), started, logger),
    host,
    pool,
    log,
    completed: completed.promise,
  };
}

test('a DELETE that says it has JSON and has none is served, as the Python client of OpenAI sends it', async () => {
  const { app } = createTestServer();
  const { statusCode, body } = await app.inject({
    method: 'DELETE',
    url: '/v1/models/my-llm',
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(statusCode, 200);
  assert.deepEqual(JSON.parse(body), { id: 'my-llm', object: 'model', deleted: true });
});

test('nothing is answered before the models are loaded that are to be', async () => {
  const started = deferred();
  const { app } = createTestServer(started.promise);
  let isAnswered = false;
  const reply = app.inject('/v1/models').then((answer) => {
    isAnswered = true;
    return answer;
  });
  await turns();
  assert.equal(isAnswered, false);
  started.resolve();
  assert.deepEqual(JSON.parse((await reply).body), { object: 'list', data: [] });
});

test('a client that hangs up in the middle of its request is no error of ours', async () => {
  const { app, log, completed } = createTestServer();
  await app.listen({ port: 0, host: '127.0.0.1' });
  const received = once(app.server, 'request');
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(
    'POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{',
  );
  await received;
  socket.destroy();
  assert.equal((await completed).status, 499);
  await turns();
  assert.deepEqual(
    log.filter(({ level }) => level >= 50),
    [],
  );
  await app.close();
});

test('a stream that fails is a proper reply before its first event, and a frame after it', async () => {
  const { app, host, pool } = createTestServer();
  await host.ensureReady(new AbortController().signal);
  const error = { type: 'error', error: { code: 'engine_error', message: 'It failed.' } } as const;
  const post = () =>
    app.inject({
      method: 'POST',
      url: '/v1/chat/completions',
      payload: { messages: [{ role: 'user', content: 'Hello!' }], stream: true },
    });

  const before = post();
  const first = await pool(0).callAt(0);
  first.emit(error);
  first.close();
  assert.equal((await before).statusCode, 500);
  assert.equal(JSON.parse((await before).body).error.code, 'engine_error');

  const after = post();
  const second = await pool(0).callAt(1);
  second.emit({ type: 'text-delta', text: 'Hi' });
  second.emit(error);
  second.close();
  const { statusCode, body } = await after;
  assert.equal(statusCode, 200);
  const frames = body.split('\n\n');
  assert.equal(frames.pop(), '');
  assert.deepEqual(JSON.parse(frames.at(-1)?.slice('data: '.length) ?? ''), {
    error: { message: 'It failed.', type: 'server_error', code: 'engine_error', param: null },
  });
  assert.ok(!body.includes('[DONE]'), 'a stream that failed does not look complete');
});
