import { type FSWatcher, watch } from 'node:fs';
import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { wayToFile } from './way-to-file.js';

/** Editors write a file in several steps. */
const SETTLE_MS = 200;

/** Who is told of a file that is watched. */
export interface ConfigListeners {
  /** It has changed, or another took its place, or it is gone. */
  readonly onChange: () => void;
  /** Some of its changes won't be noticed. */
  readonly onBlind: (error: unknown) => void;
}

/**
 * Watches a file, by whatever links it is reached: also when another takes its place, or that of a link on the way, and when
 * it or its folder is away for a while.
 *
 * @param file absolute path.
 */
export function watchConfig(file: string, { onChange, onBlind }: ConfigListeners, signal: AbortSignal): void {
  let watchers: readonly FSWatcher[] = [];
  let timer: NodeJS.Timeout | undefined;

  const close = (): void => {
    for (const watcher of watchers) watcher.close();
  };

  function notice(): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      look(); // first: what changes from now on is noticed, and what has changed before is read
      onChange();
    }, SETTLE_MS);
  }

  function look(): void {
    let way: ReturnType<typeof wayToFile>;
    do {
      close();
      way = wayToFile(file);
      watchers = [...way].flatMap(([folder, names]) => watchFolder(folder, names));
    } while (!isDeepStrictEqual(way, wayToFile(file))); // it changed before it was watched
  }

  /** Not the files: the watch of one that is replaced would stay with the old one. */
  function watchFolder(folder: string, names: ReadonlySet<string>): FSWatcher[] {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        // Its own name: it was moved, or is gone.
        if (name === null || names.has(name) || name === basename(folder)) notice();
      });
      return [watcher.on('error', notice)]; // as on Windows, of a folder that is gone
    } catch (error) {
      onBlind(error); // as where the system has no watch left
      return [];
    }
  }

  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    close();
  });
  if (!signal.aborted) look();
}
