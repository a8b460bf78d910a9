import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { CallStream } from '../../../src/pool/call-stream.js';
import { ApiError } from '../../../src/protocol/errors.js';
import type { CallFailure } from '../../../src/protocol/events.js';
import { turns } from '../../support/turns.js';

type TestEvent = { readonly type: 'delta'; readonly number: number } | { readonly type: 'end' };

function createStream() {
  const { port1, port2 } = new MessageChannel();
  const stream = new CallStream<TestEvent>(port1, 'my-llm');
  const emit = (...events: (TestEvent | CallFailure)[]): void => {
    for (const event of events) port2.postMessage(event);
  };
  return { stream, worker: port2, emit };
}

const delta = (number: number): TestEvent => ({ type: 'delta', number });
const END = { type: 'end' } as const;

/** All events until the end, and what was thrown instead of it. */
async function collect(stream: CallStream<TestEvent>) {
  const events: TestEvent[] = [];
  try {
    for await (const batch of stream) events.push(...batch);
    return { events };
  } catch (error) {
    return { events, error: error as Error & { code?: string } };
  }
}

test('gives the events as they come, and all that came since the last look at once', async () => {
  const { stream, worker, emit } = createStream();
  const iterator = stream[Symbol.asyncIterator]();
  const first = iterator.next();
  emit(delta(1));
  assert.deepEqual((await first).value, [delta(1)]);
  emit(delta(2), delta(3), END);
  worker.close();
  await stream.ended;
  assert.deepEqual((await iterator.next()).value, [delta(2), delta(3), END]);
  assert.equal((await iterator.next()).done, true);
});

test('ends at its end, although the port is still open', async () => {
  const { stream, worker, emit } = createStream();
  emit(delta(1), END);
  assert.deepEqual(await collect(stream), { events: [delta(1), END] });
  worker.close();
  await stream.ended;
});

test('has ended for the engine before its reader hears of the end', async () => {
  const last: (TestEvent | CallFailure)[] = [
    END,
    { type: 'cancelled' },
    { type: 'error', error: { code: 'internal_error', message: 'No.' } },
  ];
  for (const event of last) {
    const { stream, worker, emit } = createStream();
    const heard: string[] = [];
    void stream.ended.then(() => heard.push('engine'));
    emit(event);
    await collect(stream);
    heard.push('reader');
    assert.deepEqual(heard, ['engine', 'reader'], event.type);
    worker.close();
  }
});

test('throws the error of the worker after all events that came before', async () => {
  const { stream, worker, emit } = createStream();
  emit(delta(1), {
    type: 'error',
    error: { code: 'context_length_exceeded', message: 'Too long.', param: 'messages' },
  });
  worker.close();
  const { events, error } = await collect(stream);
  assert.deepEqual(events, [delta(1)]);
  assert.equal(error?.name, 'ApiError');
  assert.equal(error.code, 'context_length_exceeded');
  assert.equal(error.message, 'Too long.');
});

test('tells the worker of a cancel, and throws its first reason', async () => {
  const { stream, worker, emit } = createStream();
  const command = once(worker, 'message');
  const reason = new Error('the client hung up');
  stream.cancel(reason);
  stream.cancel(new Error('another reason'));
  assert.deepEqual(await command, [{ type: 'cancel' }]);
  emit({ type: 'cancelled' });
  assert.equal((await collect(stream)).error, reason);
  worker.close();
});

test('throws the reason of its cancel also when the worker dies before it has let go', async () => {
  const reason = new ApiError('model_unloaded', 'It was unloaded.');
  const lost = createStream();
  lost.stream.cancel(reason);
  lost.stream.lose(new ApiError('worker_crashed', 'It was ended.'));
  assert.equal((await collect(lost.stream)).error, reason);

  const closed = createStream();
  closed.stream.cancel(reason);
  closed.worker.close();
  assert.equal((await collect(closed.stream)).error, reason);
});

test('that was cancelled is over for its reader at once, and for the engine when that lets go', async () => {
  const { stream, worker, emit } = createStream();
  const reason = new Error('the client hung up');
  const reading = collect(stream);
  stream.cancel(reason);
  assert.equal((await reading).error, reason);
  assert.equal(typeof stream.cancelAskedAt, 'number');
  let hasEnded = false;
  void stream.ended.then(() => {
    hasEnded = true;
  });
  emit(delta(1));
  await turns();
  assert.equal(hasEnded, false);
  emit({ type: 'cancelled' });
  await stream.ended;
  worker.close();
});

test('whose worker is lost throws what it was told of that', async () => {
  const { stream, emit } = createStream();
  const reason = new ApiError('worker_hung', 'It hangs.');
  emit(delta(1));
  await turns();
  assert.equal(stream.takeLifeSign(), true);
  assert.equal(stream.takeLifeSign(), false);
  stream.lose(reason);
  const { events, error } = await collect(stream);
  assert.deepEqual(events, [delta(1)]);
  assert.equal(error, reason);
  await stream.ended;
});

test('that the engine cancelled unasked does not pass for a whole one', async () => {
  const { stream, worker, emit } = createStream();
  emit(delta(1), { type: 'cancelled' });
  const { events, error } = await collect(stream);
  assert.deepEqual(events, [delta(1)]);
  assert.equal(error?.code, 'engine_error');
  worker.close();
});

test('says that the worker crashed when the port closes before the end, after all events that came before', async () => {
  const { stream, worker, emit } = createStream();
  emit(delta(1));
  worker.close();
  const { events, error } = await collect(stream);
  assert.deepEqual(events, [delta(1)]);
  assert.equal(error?.code, 'worker_crashed');
  assert.match(error.message, /'my-llm'/);
  await stream.ended;
});

test('wakes a reader that waits when the port closes', async () => {
  const { stream, worker, emit } = createStream();
  const iterator = stream[Symbol.asyncIterator]();
  emit(delta(1));
  await iterator.next();
  const next = iterator.next();
  worker.close();
  await assert.rejects(next, { code: 'worker_crashed' });
});

test('cancels the call when the reader leaves the loop', async () => {
  const { stream, worker, emit } = createStream();
  const command = once(worker, 'message');
  emit(delta(1));
  for await (const _ of stream) break;
  assert.deepEqual(await command, [{ type: 'cancel' }]);
  worker.close();
});

test('sends no cancel when the loop ends by itself, nor after the end', async () => {
  const { stream, worker, emit } = createStream();
  const commands: unknown[] = [];
  worker.on('message', (command) => commands.push(command));
  emit(END);
  await collect(stream);
  stream.cancel(new Error('the client hung up'));
  await turns();
  assert.deepEqual(commands, []);
  worker.close();
});

test('that nobody reads cancels itself, and keeps no more of it', async () => {
  const { stream, worker, emit } = createStream();
  const cancelled = once(worker, 'message');
  const numbers = Array.from({ length: 10_001 }, (_, number) => number);
  emit(...numbers.map(delta));
  assert.deepEqual(await cancelled, [{ type: 'cancel' }]);
  emit(delta(10_001), END);
  worker.close();
  await stream.ended;
  const { events, error } = await collect(stream);
  assert.deepEqual(events, numbers.slice(0, 10_000).map(delta));
  assert.match(error?.message ?? '', /nobody reads .*'my-llm'/, 'it does not pass for a whole one');
});
