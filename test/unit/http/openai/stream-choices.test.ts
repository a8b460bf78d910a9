import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fastify } from 'fastify';
import { withAnswerStream } from '../../../../src/http/answer-stream.js';
import { streamChoices } from '../../../../src/http/openai/stream-choices.js';
import { ApiError } from '../../../../src/protocol/errors.js';
import type { ChatEvent } from '../../../../src/protocol/events.js';
import { deferred } from '../../../support/deferred.js';

const HEAD = { id: 'chatcmpl-1', created: 1, model: 'my-llm' };

async function* fails(): AsyncGenerator<ChatEvent[], void> {
  yield [{ type: 'text-delta', text: 'Hi' }];
  throw new ApiError('worker_crashed', 'It died.');
}

async function* goesOn(): AsyncGenerator<ChatEvent[], void> {
  for (let count = 0; count < 100; count += 1) yield [{ type: 'text-delta', text: 'more' }];
}

test('nothing is written after the error of one choice, though another has more', async (t) => {
  const app = fastify();
  t.after(() => app.close());
  const uncaught: unknown[] = [];
  app.get('/', async (_, reply) => {
    reply.raw.on('error', (error) => uncaught.push(error)); // without a listener it ends the gateway
    await withAnswerStream(reply, true, (stream) =>
      streamChoices([fails(), goesOn()], { head: HEAD, includeUsage: false, stream }),
    );
    return reply;
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const text = await (await fetch(url)).text();
  const frames = text.trim().split('\n\n');
  assert.match(frames.at(-1) ?? '', /^data: \{"error":.*worker_crashed/);
  assert.deepEqual(uncaught, []);
});

test('nothing is written after an error with which nothing had begun, though another choice has more', async (t) => {
  const app = fastify();
  t.after(() => app.close());
  const failed = deferred();
  const left = deferred();
  const failsAtOnce: AsyncIterable<ChatEvent[]> = {
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.reject(new ApiError('worker_crashed', 'It died.')),
    }),
  };
  async function* comesLater(): AsyncGenerator<ChatEvent[], void> {
    try {
      await failed.promise;
      yield [{ type: 'text-delta', text: 'late' }];
    } finally {
      left.resolve();
    }
  }
  app.get('/', async (_, reply) =>
    withAnswerStream(reply, true, async (stream) => {
      const choices = [failsAtOnce, comesLater()];
      const streamed = streamChoices(choices, { head: HEAD, includeUsage: false, stream });
      await assert.rejects(streamed, { code: 'worker_crashed' });
      failed.resolve();
      await left.promise;
      assert.equal(stream.hasBegun, false);
      return { is: 'well' };
    }),
  );
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  assert.equal(await (await fetch(url)).text(), '{"is":"well"}');
});
