import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Editors write a file in several steps. */
const SETTLE_MS = 200;

/**
 * Has a listener called whenever a file has changed, also when another took its place.
 *
 * @param file absolute path.
 */
export function watchConfig(file: string, listener: () => void, signal: AbortSignal): void {
  let timer: NodeJS.Timeout | undefined;
  // The folder: of a file that is replaced, the watch would stay with the old one.
  const watcher = watch(dirname(file), { signal, persistent: false }, (_event, name) => {
    if (name !== null && name !== basename(file)) return;
    clearTimeout(timer);
    timer = setTimeout(listener, SETTLE_MS);
  });
  watcher.on('error', () => {}); // a folder that goes away, of a server that goes on
}
