import type { ClientOptions } from './gateway-client.js';
import { readStatus } from './read-status.js';
import type { Sample } from './token-rate.js';

/** A look at a running gateway. @throws as {@link readStatus}. */
export async function sampleStatus(options: ClientOptions, signal?: AbortSignal): Promise<Sample> {
  const status = await readStatus(options, signal);
  return { status, at: performance.now() };
}
