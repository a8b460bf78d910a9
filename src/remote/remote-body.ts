import type { IncomingMessage } from 'node:http';
import { timedOut, unreachable } from './remote-error.js';

/**
 * The body of a remote's answer, part by part, as fast as it is read. While nobody reads, the remote is not waited for.
 *
 * @throws {ApiError} `remote_timeout`, `remote_unavailable` if it breaks off; or the signal's reason.
 */
export async function* readBody(
  name: string,
  answer: IncomingMessage,
  idleTimeoutMs: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  let isWaiting = true;
  let isIdle = false;
  const timer = setTimeout(() => {
    isIdle = isWaiting;
    if (isIdle) answer.destroy();
    else timer.refresh();
  }, idleTimeoutMs);
  try {
    for await (const part of answer) {
      isWaiting = false;
      yield part as Buffer;
      isWaiting = true;
      timer.refresh();
    }
    if (!answer.complete) throw new Error('aborted');
  } catch (error) {
    signal.throwIfAborted();
    if (isIdle) throw timedOut(name, 'sent nothing more', idleTimeoutMs);
    throw unreachable(name, 'broke off its answer', error);
  } finally {
    clearTimeout(timer);
    answer.destroy();
  }
}

/** The beginning of a body as text, for errors. What can't be read is left out. */
export async function readStart(body: AsyncIterable<Buffer>, limitBytes: number): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of body) {
      parts.push(part);
      bytes += part.length;
      if (bytes >= limitBytes) break;
    }
  } catch {
    // The status says enough.
  }
  return Buffer.concat(parts).subarray(0, limitBytes).toString();
}
