import type { FastifyReply } from 'fastify';
import type { ModelHost } from '../models/model-host.js';
import { ApiError } from '../protocol/errors.js';

/** How long a blocking request waits for a model that is downloaded. A load from files on this machine it waits for. */
const WAIT_MS = 30_000;

/** How often it is looked at after that: a download may begin later, as of a model that is loaded again. */
const LOOK_MS = 1_000;

/** What `Retry-After` says at most, in seconds: nobody knows what a connection will do. */
const MOST_RETRY_SECONDS = 300;

/** What it says when nobody can tell. */
const USUAL_RETRY_SECONDS = 30;

/**
 * Ends a blocking request that has waited for too long for a model that is downloaded, with `model_loading`: there is
 * nothing by which its client could tell that it is not dead. The download goes on, for whoever comes next.
 */
export function refuseWhileDownloading(host: ModelHost, reply: FastifyReply, abort: AbortController): void {
  let timer = setTimeout(() => {
    look();
    timer = setInterval(look, LOOK_MS);
  }, WAIT_MS);
  const look = (): void => {
    const { download } = host.snapshot();
    if (!download) return;
    const { downloadedBytes, totalBytes, secondsLeft } = download;
    const seconds = secondsLeft ?? USUAL_RETRY_SECONDS;
    const done = totalBytes > 0 ? `${downloadedBytes} of ${totalBytes} bytes are here` : `it has begun`;
    abort.abort(
      new ApiError(
        'model_loading',
        `Model '${host.alias}' is being downloaded: ${done}. Try again later, or ask with 'stream': that waits.`,
        { retryAfterSeconds: Math.min(Math.max(seconds, 1), MOST_RETRY_SECONDS) },
      ),
    );
  };
  reply.raw.once('close', () => clearTimeout(timer));
}
