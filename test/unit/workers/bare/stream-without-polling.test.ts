import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { streamWithoutPolling } from '../../../../workers/bare/stream-without-polling.js';
import { deferred } from '../../../support/deferred.js';
import { turns } from '../../../support/turns.js';

/** What infer-base's `QvacResponse` has of interest here. */
class Response extends EventEmitter {
  readonly output: string[] = [];
  readonly #finish = deferred<unknown>();

  await(): Promise<unknown> {
    return this.#finish.promise;
  }

  iterate(): AsyncIterable<unknown> {
    throw new Error('it polls');
  }

  update(text: string): void {
    this.output.push(text);
    this.emit('output', text);
  }

  ended(): void {
    this.#finish.resolve(this.output);
  }

  failed(error: Error): void {
    this.#finish.reject(error);
  }
}

/** A response as the SDK gets it, of a model that was made to stream. */
async function run(response: Response): Promise<Response> {
  const model = { run: async () => response };
  streamWithoutPolling(model);
  return (await model.run()) as Response;
}

/** What came so far, and whether it has ended. */
function read(response: Response) {
  const got: unknown[] = [];
  const done = (async () => {
    for await (const output of response.iterate()) got.push(output);
  })();
  done.catch(() => {});
  return { got, done };
}

test('yields each output in the turn in which it comes, without a timer', async (t) => {
  for (const timer of ['setTimeout', 'setInterval'] as const) {
    t.mock.method(globalThis, timer, () => assert.fail('a timer'));
  }
  const response = await run(new Response());
  response.update('before');
  const { got, done } = read(response);
  await turns();
  assert.deepEqual(got, ['before']);
  response.update('a');
  await turns();
  assert.deepEqual(got, ['before', 'a']);
  response.update('b');
  response.update('c');
  await turns();
  assert.deepEqual(got, ['before', 'a', 'b', 'c']);
  response.ended();
  await done;
  assert.equal(response.listenerCount('output'), 0);
});

test('yields what is there already of a response that has ended', async () => {
  const response = await run(new Response());
  response.update('a');
  response.ended();
  const { got, done } = read(response);
  await done;
  assert.deepEqual(got, ['a']);
});

test('yields output that comes while the reader is busy', async () => {
  const response = await run(new Response());
  const iterator = response.iterate()[Symbol.asyncIterator]();
  response.update('a');
  assert.equal((await iterator.next()).value, 'a');
  response.update('b');
  response.ended();
  await turns();
  assert.equal((await iterator.next()).value, 'b');
  assert.equal((await iterator.next()).done, true);
});

test('throws the error of the engine, after all output', async () => {
  const response = await run(new Response());
  const { got, done } = read(response);
  response.update('a');
  const failure = new Error('the context is full');
  response.failed(failure);
  await assert.rejects(done, failure);
  assert.deepEqual(got, ['a']);
  assert.equal(response.listenerCount('output'), 0);
});

test('a reader that leaves takes its listener along, and a later failure is not unhandled', async (t) => {
  const unhandled = t.mock.fn();
  process.on('unhandledRejection', unhandled);
  t.after(() => process.off('unhandledRejection', unhandled));
  const response = await run(new Response());
  response.update('a');
  for await (const _ of response.iterate()) break;
  assert.equal(response.listenerCount('output'), 0);
  response.failed(new Error('cancelled'));
  await turns();
  assert.equal(unhandled.mock.callCount(), 0);
});

test('keeps the arguments, the receiver and the failures of run', async () => {
  const model = {
    name: 'my-llm',
    async run(...args: unknown[]) {
      if (args.length === 0) throw new Error('no prompt');
      return [this.name, ...args];
    },
  };
  streamWithoutPolling(model);
  assert.deepEqual(await model.run('prompt', 5), ['my-llm', 'prompt', 5]);
  await assert.rejects(model.run(), /no prompt/);
});

test('leaves alone what does not look as expected', async () => {
  const notAModel = { load: async () => {} };
  streamWithoutPolling(notAModel);
  assert.deepEqual(Object.keys(notAModel), ['load']);

  const iterate = () => [];
  const whole = { output: [], on: () => {}, off: () => {}, await: async () => {}, iterate };
  const others: unknown[] = [undefined, null, 'text', { ...whole, output: 'text' }];
  for (const key of ['on', 'off', 'await'] as const) others.push({ ...whole, [key]: undefined });
  for (const other of others) {
    const model = { run: async () => other };
    streamWithoutPolling(model, () => {});
    assert.equal(await model.run(), other);
    if (typeof other === 'object' && other !== null) assert.equal((other as typeof whole).iterate, iterate);
  }
});

test('says once that responses go on polling, and nothing of what does not stream', async () => {
  const notices: string[] = [];
  let response: unknown = new Response();
  const model = { run: async () => response };
  streamWithoutPolling(model, (text) => notices.push(text));
  for (response of [new Response(), undefined, null, 'text', { text: 'no stream' }]) await model.run();
  assert.deepEqual(notices, []);

  response = { output: [], iterate: () => [] };
  await model.run();
  await model.run();
  assert.equal(notices.length, 1);
  assert.match(notices[0] ?? '', /^qvac-gateway: .*infer-base/);
});
