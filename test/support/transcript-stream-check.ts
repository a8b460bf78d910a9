import assert from 'node:assert/strict';
import { errorShape, transcriptEventShape } from './openai-shapes.js';
import { payloadOf } from './sse.js';

/** Holds the frames of a streamed transcription, as they come, against their shapes and their order. Both throw. */
interface TranscriptStreamCheck {
  frame(text: string): void;
  end(): void;
}

export function createTranscriptStreamCheck(): TranscriptStreamCheck {
  let text = '';
  let isOver = false;
  return {
    frame(frame) {
      assert.ok(!isOver, `a frame after the last: ${frame}`);
      if (frame === ': keep-alive') return;
      const value = JSON.parse(payloadOf(frame)) as object;
      isOver = true;
      if ('error' in value) {
        errorShape.parse(value);
        return;
      }
      const event = transcriptEventShape.parse(value);
      if (event.type === 'transcript.text.done') {
        assert.equal(event.text, text, 'the parts are the whole');
      } else {
        text += event.delta;
        isOver = false;
      }
    },
    end: () => assert.ok(isOver, 'the stream has no end'),
  };
}
