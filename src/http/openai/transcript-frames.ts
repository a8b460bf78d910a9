import { sseFrame } from '../sse.js';

/** A transcription as the events of a stream: all of it as one part, for clients that add parts up, and then as a whole. */
export function transcriptFrames(text: string): string {
  return (
    sseFrame({ type: 'transcript.text.delta', delta: text }) +
    sseFrame({ type: 'transcript.text.done', text })
  );
}
