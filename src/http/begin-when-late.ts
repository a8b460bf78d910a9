import { KEEP_ALIVE, KEEP_ALIVE_MS, type SseReply } from './sse.js';

/**
 * How long a streamed answer may take to begin before its head is sent without it. Until then an error has its proper
 * status; after it, a client that waits for a head, or a proxy, gives up (after 10 s and more).
 */
const LATE_MS = 5_000;

/**
 * Begins a stream of which nothing has come in time: with a comment, and one more now and then, so that nobody takes it for
 * dead while the model is downloaded or loaded, others are served first, or a long prompt is read.
 *
 * @param begin sends the head.
 * @returns `end`, to call when the first event comes, or none will.
 */
export function beginWhenLate(begin: () => SseReply): { end(): void } {
  let timer = setTimeout(() => {
    const sse = begin();
    sse.write(KEEP_ALIVE);
    timer = setInterval(() => sse.write(KEEP_ALIVE), KEEP_ALIVE_MS);
  }, LATE_MS);
  return { end: () => clearTimeout(timer) };
}
