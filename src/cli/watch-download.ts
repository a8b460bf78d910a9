import { setTimeout as delay } from 'node:timers/promises';
import type { ModelStatus } from '../protocol/status.js';
import { formatBytes } from './format-bytes.js';
import type { ClientOptions } from './gateway-client.js';
import { readStatus } from './read-status.js';

const REFRESH_MS = 1_000;

/** Goes to the line's begin and clears it. No mode of the terminal is changed: Ctrl+C may come at any time. */
const CLEAR_LINE = '\r\x1b[K';

/**
 * Shows at a terminal how far the download of a model is, while somebody waits for the model.
 *
 * @returns what takes it away again.
 */
export function watchDownload(alias: string, options: ClientOptions): () => void {
  const { stderr } = process;
  if (!stderr.isTTY) return () => {};
  const ending = new AbortController();
  const { signal } = ending;
  let shown = '';

  function show(text: string): void {
    if (text !== shown) stderr.write(CLEAR_LINE + text);
    shown = text;
  }

  async function watch(): Promise<void> {
    while (true) {
      await delay(REFRESH_MS, undefined, { signal });
      const { models } = await readStatus(options, signal);
      signal.throwIfAborted();
      const download = models.find(({ id }) => id === alias)?.download;
      show(download ? `downloading ${alias}: ${describe(download)}` : '');
    }
  }

  watch().catch(() => {}); // what goes wrong is told by what is waited for
  return () => {
    ending.abort();
    show('');
  };
}

function describe({
  downloaded_bytes: done,
  total_bytes: total,
}: NonNullable<ModelStatus['download']>): string {
  return `${formatBytes(done)}${total === null ? '' : ` of ${formatBytes(total)}`}`;
}
