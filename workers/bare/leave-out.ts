/**
 * Leaves out what the SDK's worker imports at its start and this process never calls. Of 180 MB and 1.1 s of CPU time
 * that a process with one engine took before its first model, it was 110 MB and 0.6 s.
 */
import './absent-package.js';

/** Packages of the SDK by what they are for. */
export const PARTS = {
  /** Guesses the language of a text that is to be translated: 75 MB. */
  languages: ['@qvac/langdetect-text'],
  /** The database of documents. No job of ours asks it. */
  documents: ['@qvac/rag'],
  /** The model registry and other peers, with their storage: 30 MB together with the documents. */
  peers: ['@qvac/registry-client', 'corestore', 'hyperdrive', 'hyperswarm'],
} as const;

/** What Bare has in `import.meta`, as far as it matters here: its modules by URL, each a bare-module `Module`. */
interface BareMeta {
  readonly url: string;
  readonly cache: Record<string, object | undefined>;
}

/** bare-module's `Module`, to which nothing but a module leads. */
interface ModuleClass {
  resolve(specifier: string, parent: URL, options: { isImport: boolean; referrer: object }): URL;
}

/**
 * Puts `absent-package.js` in the place of these parts. Call it before anything of the SDK is imported. A Bare that does
 * not look as expected, or a package that is not there, is left alone: slower, never wrong.
 */
export function leaveOut(parts: readonly (keyof typeof PARTS)[]): void {
  const { url, cache } = import.meta as unknown as BareMeta;
  const own = cache?.[url];
  const absent = cache?.[new URL('./absent-package.js', url).href];
  if (!own || !absent) return;
  const { resolve } = own.constructor as unknown as ModuleClass;
  if (typeof resolve !== 'function') return;

  const find = (specifier: string, from: URL): URL =>
    resolve(specifier, from, { isImport: true, referrer: own });
  try {
    const sdk = find('@qvac/sdk/worker-core', new URL(url));
    for (const name of parts.flatMap((part) => PARTS[part])) cache[find(name, sdk).href] ??= absent;
  } catch {
    // The import of the SDK says it better.
  }
}
