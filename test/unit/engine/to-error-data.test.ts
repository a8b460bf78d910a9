import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ContextOverflowError, RequestRejectedByPolicyError, WorkerShutdownError } from '@qvac/sdk';
import { toErrorData } from '../../../src/engine/to-error-data.js';

test("a prompt that is too long, in llama.cpp's own words, comes with its numbers", () => {
  const error = new Error(
    'Inference failed: processPromptImpl: context overflow at batch prefill step: prompt tokens 2731, max context tokens 2048',
  );
  assert.deepEqual(toErrorData(error, 'my-llm'), {
    code: 'context_length_exceeded',
    message:
      "The prompt has 2731 tokens; the context of model 'my-llm' holds 2048. Shorten the messages or raise ctx_size in the model's config.",
    param: 'messages',
  });
});

test('a prompt that is too long, as the SDK types it, with its numbers or without', () => {
  const known = toErrorData(new ContextOverflowError(2731, 2048, 'id'), 'my-llm');
  assert.equal(known.code, 'context_length_exceeded');
  assert.match(known.message, /has 2731 tokens; the context of model 'my-llm' holds 2048\./);
  const unknown = toErrorData(new ContextOverflowError(), 'my-llm');
  assert.equal(unknown.code, 'context_length_exceeded');
  assert.equal(unknown.param, 'messages');
  assert.match(unknown.message, /has too many tokens; the context of model 'my-llm' holds fewer\./);
});

test("the SDK's errors mean what a client can act on", () => {
  const cases = [
    [new WorkerShutdownError(), 'model_unloaded'],
    [new RequestRejectedByPolicyError('id', 'completion', 'model', 'queue full'), 'queue_full'],
  ] as const;
  for (const [error, code] of cases) {
    const data = toErrorData(error, 'my-llm');
    assert.equal(data.code, code);
    assert.match(data.message, /'my-llm'/);
    assert.equal(data.param, undefined);
  }
});

test('anything else is an error of the engine, with its reason', () => {
  for (const thrown of [new Error('Unable to decode'), 'Unable to decode']) {
    assert.deepEqual(toErrorData(thrown, 'my-llm'), {
      code: 'engine_error',
      message: "Model 'my-llm' failed to answer: Unable to decode",
    });
  }
});

test('what it gives can cross a thread boundary', () => {
  const data = toErrorData(new WorkerShutdownError(), 'my-llm');
  assert.deepEqual(structuredClone(data), data);
});
