import type { IncomingMessage } from 'node:http';
import { timedOut, unreachable } from './remote-error.js';

/** How long the end of an answer is waited for when all that counts has come. */
const END_WITHIN_MS = 1_000;

/**
 * The body of a remote's answer, part by part, as fast as it is read. While nobody reads, the remote is not waited for. Who
 * reads no further says by {@link letEnd}, or `destroy`, what becomes of the rest.
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
    for await (const part of answer.iterator({ destroyOnReturn: false })) {
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
  }
}

/** Waits, but not for long, for the end of an answer of which nobody wants more: with it, its connection can be used again. */
export function letEnd(answer: IncomingMessage): void {
  if (answer.closed) return;
  const timer = setTimeout(() => answer.destroy(), END_WITHIN_MS);
  answer.once('close', () => clearTimeout(timer)).resume();
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
