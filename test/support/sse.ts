/** The payload of a frame. Throws on anything that is not a `data:` frame. */
export function payloadOf(frame: string): string {
  if (!frame.startsWith('data: ')) throw new Error(`not a data frame: ${frame}`);
  return frame.slice('data: '.length);
}

/** The payloads of a whole event stream, `[DONE]` last. */
export function parseSse(text: string): string[] {
  const frames = text.split('\n\n');
  if (frames.pop() !== '') throw new Error('the stream ends within a frame');
  return frames.map(payloadOf);
}
