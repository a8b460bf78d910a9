import assert from 'node:assert/strict';
import type OpenAI from 'openai';
import type { Script } from '../../src/scripted-model/script.js';

/** A stream that goes on until it is stopped, to see what becomes of it while something happens to its model or another. */
export interface EndlessStream {
  /** What has come so far. */
  readonly text: string;
  /** The longest time so far between two chunks. */
  readonly largestGapMs: number;
  /** Resolves when so many more characters have come. */
  more(characters: number): Promise<void>;
  /** Ends the stream and checks what came: not one token may be missing. */
  stop(): Promise<void>;
  /** Resolves when it has ended, with what went wrong, if anything did. */
  readonly ended: Promise<unknown>;
}

/** Starts the endless reply of a scripted model; resolves when it has begun. */
export async function startEndlessStream(openai: OpenAI, script: Script): Promise<EndlessStream> {
  const unit = script.replies.find(({ endless }) => endless)?.text;
  if (!unit) throw new Error(`script ${script.name} has no endless reply`);
  const stream = await openai.chat.completions.create({
    model: script.name,
    messages: [{ role: 'user', content: 'for ever' }],
    stream: true,
  });
  let text = '';
  let largestGapMs = 0;
  let wake = (): void => {};
  const read = async (): Promise<unknown> => {
    let lastAt = performance.now();
    try {
      for await (const chunk of stream) {
        largestGapMs = Math.max(largestGapMs, performance.now() - lastAt);
        lastAt = performance.now();
        text += chunk.choices[0]?.delta.content ?? '';
        wake();
      }
      return undefined;
    } catch (error) {
      return error;
    }
  };
  let hasEnded = false;
  let failure: unknown;
  const ended = read().then((error) => {
    hasEnded = true;
    failure = error;
    wake();
    return error;
  });

  const endless: EndlessStream = {
    get text() {
      return text;
    },
    get largestGapMs() {
      return largestGapMs;
    },
    ended,
    async more(characters) {
      const goal = text.length + characters;
      while (text.length < goal) {
        assert.ok(!hasEnded, `the stream ended after ${text.length} characters: ${failure}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    async stop() {
      assert.ok(!hasEnded, `the stream ended by itself after ${text.length} characters`);
      stream.controller.abort();
      assert.equal(await ended, undefined);
      assert.equal(text, unit.repeat(Math.ceil(text.length / unit.length)).slice(0, text.length));
    },
  };
  await endless.more(unit.length);
  return endless;
}
