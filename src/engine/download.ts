import { cancel, downloadAsset } from '@qvac/sdk';
import type { CallFailure, DownloadEvent } from '../protocol/events.js';
import type { ModelSource } from '../protocol/model-spec.js';

/** Puts a remote file into the SDK's cache, unless it is there. All that can go wrong is emitted; it never rejects. */
export async function download(
  source: ModelSource,
  alias: string,
  emit: (event: DownloadEvent | CallFailure) => void,
  signal: AbortSignal,
): Promise<void> {
  const running = downloadAsset({
    assetSrc: source,
    onProgress: ({ downloaded, total }) =>
      emit({ type: 'progress', downloadedBytes: downloaded, totalBytes: total }),
  });
  const stop = (): void => {
    cancel({ requestId: running.requestId }).catch(() => {}); // a dead process needs no cancel
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    await running;
    emit({ type: 'end' });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const name = typeof source === 'string' ? source : source.name;
    const message = `Model '${alias}' could not be loaded: ${name} could not be downloaded: ${reason}`;
    emit(
      signal.aborted
        ? { type: 'cancelled' }
        : { type: 'error', error: { code: 'model_load_failed', message } },
    );
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
