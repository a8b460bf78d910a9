import assert from 'node:assert/strict';
import { chunkShape, errorShape, usageChunkShape } from './openai-shapes.js';
import { payloadOf } from './sse.js';

/** What a streamed completion must be, by its request. */
interface Asked {
  readonly choices: number;
  readonly includeUsage: boolean;
}

/** Holds the frames of a stream, as they come, against their shapes and their order. Both throw. */
interface ChatStreamCheck {
  frame(text: string): void;
  end(): void;
}

export function createChatStreamCheck({ choices, includeUsage }: Asked): ChatStreamCheck {
  /** What a choice may have next, by its index. */
  const open = new Map(Array.from({ length: choices }, (_, index) => [index, { begun: false, calls: 0 }]));
  let head: unknown;
  let next: 'chunk' | 'done' | 'nothing' = 'chunk';

  function checkHead({ id, created, model }: { id: string; created: number; model: string }): void {
    head ??= { id, created, model };
    assert.deepEqual({ id, created, model }, head, 'one head for all chunks');
  }

  function checkChunk(payload: unknown): void {
    const chunk = chunkShape.parse(payload);
    checkHead(chunk);
    assert.equal('usage' in chunk, includeUsage, 'usage in every chunk or in none');
    const [{ index, delta, finish_reason }] = chunk.choices;
    const choice = open.get(index);
    assert.ok(choice, `choice ${index} has ended or was not asked for`);
    assert.equal('role' in delta, !choice.begun, 'the role comes first, and once');
    choice.begun = true;
    if ('tool_calls' in delta) assert.equal(delta.tool_calls[0].index, choice.calls++);
    if (finish_reason === null) return;
    assert.equal(finish_reason === 'tool_calls', choice.calls > 0);
    open.delete(index);
    if (open.size === 0 && !includeUsage) next = 'done';
  }

  return {
    frame(text) {
      assert.notEqual(next, 'nothing', `a frame after the last: ${text}`);
      if (text === ': keep-alive') return;
      const payload = payloadOf(text);
      if (payload === '[DONE]') {
        assert.equal(next, 'done', 'the end comes too early');
        next = 'nothing';
        return;
      }
      assert.equal(next, 'chunk', `instead of the end: ${payload}`);
      const value = JSON.parse(payload) as object;
      if ('error' in value) {
        errorShape.parse(value);
        next = 'nothing';
      } else if (open.size > 0) {
        checkChunk(value);
      } else {
        checkHead(usageChunkShape.parse(value));
        next = 'done';
      }
    },
    end() {
      assert.equal(next, 'nothing', 'the stream ends without its end');
    },
  };
}
