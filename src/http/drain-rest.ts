import type { FastifyRequest } from 'fastify';
import type { ClientLimits } from './client-limits.js';

/**
 * Reads and drops what still comes of a request that is answered already. Clients that send their whole body before they
 * read would otherwise see a broken pipe instead of the answer. One that goes on for too long is cut.
 */
export function drainRest(
  { raw, log }: FastifyRequest,
  { drainBytes, drainTimeoutMs }: Pick<ClientLimits, 'drainBytes' | 'drainTimeoutMs'>,
): void {
  if (raw.complete) return;
  const { socket } = raw;
  let drainedBytes = 0;

  const cut = (): void => {
    log.warn({ drainedBytes }, 'client cut: it goes on sending a body that was refused');
    socket.destroy();
  };
  const timer = setTimeout(cut, drainTimeoutMs).unref();
  const finish = (): void => {
    clearTimeout(timer);
    raw.off('end', finish).off('data', count);
    socket.off('close', finish);
  };
  const count = (chunk: Uint8Array): void => {
    drainedBytes += chunk.length;
    if (drainedBytes <= drainBytes) return;
    finish();
    cut();
  };
  raw.once('end', finish).on('data', count);
  socket.once('close', finish); // nothing ends a request that was answered before
  raw.resume();
}
