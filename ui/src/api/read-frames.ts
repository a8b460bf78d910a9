/** Longer than the gateway is silent on a stream that it keeps: it writes a comment every 15 s. */
export const KEPT_STREAM_MS = 40_000;

/**
 * Gives the data of each server-sent event of a response, as it comes.
 *
 * @param patienceMs ends it when nothing has come for so long: while a machine sleeps, connections die without a word.
 */
export async function* readFrames(response: Response, patienceMs?: number): AsyncGenerator<string, void> {
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    while (true) {
      const timer = patienceMs && setTimeout(() => void reader.cancel(), patienceMs);
      const { done, value } = await reader.read().finally(() => clearTimeout(timer));
      if (done) return;
      const frames = (rest + value).split('\n\n');
      rest = frames.pop() ?? '';
      for (const frame of frames) {
        const data = frame.split('\n').filter((line) => line.startsWith('data:'));
        // Models of other servers may leave out the space.
        if (data.length > 0) yield data.map((line) => line.replace(/^data: ?/, '')).join('\n');
      }
    }
  } finally {
    await reader.cancel().catch(() => {}); // it broke off: said by who reads
  }
}
