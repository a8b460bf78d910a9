import { freemem, totalmem } from 'node:os';
import { formatBytes } from '../format-bytes.js';
import type { Finding } from './finding.js';

const CHECK = 'memory';

/** Under this the smallest useful models are all that fits. */
const LITTLE_BYTES = 2e9;

/** The memory that there is for models: the machine's, or less if the container has a limit. */
export function checkMemory(): Finding {
  const limit = process.constrainedMemory();
  const isLimited = limit > 0 && limit < totalmem();
  return describeMemory(isLimited ? limit : totalmem(), freemem(), isLimited);
}

/** @param freeBytes of the whole machine. */
export function describeMemory(totalBytes: number, freeBytes: number, isLimited: boolean): Finding {
  const message = `${formatBytes(totalBytes)}${isLimited ? ' by the limit of this container' : ''}, ${formatBytes(freeBytes)} of the machine free`;
  if (Math.min(totalBytes, freeBytes) >= LITTLE_BYTES) return { check: CHECK, status: 'ok', message };
  const advice =
    'A model needs about the size of its file, and its context beside it. Choose small ones: `qvac models --catalog --max-size 1GB`.';
  return { check: CHECK, status: 'warn', message, advice };
}
