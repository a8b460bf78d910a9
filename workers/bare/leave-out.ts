/**
 * Leaves out what the SDK's worker imports at its start and this process never calls. Of 180 MB and 1.1 s of CPU time
 * that a process with one engine took before its first model, it was 110 MB and 0.6 s.
 */
import './absent-package.js';
import { resolveFromSdk } from './resolve-from-sdk.js';

/** Packages of the SDK by what they are for. */
export const PARTS = {
  /** Guesses the language of a text that is to be translated: 75 MB. */
  languages: ['@qvac/langdetect-text'],
  /** The database of documents. No job of ours asks it. */
  documents: ['@qvac/rag'],
  /** The model registry and other peers, with their storage: 30 MB together with the documents. */
  peers: ['@qvac/registry-client', 'corestore', 'hyperdrive', 'hyperswarm'],
} as const;

/** What Bare has in `import.meta`, as far as it matters here: its modules by URL. */
interface BareMeta {
  readonly cache: Record<string, object | undefined>;
}

/**
 * Puts `absent-package.js` in the place of these parts. Call it before anything of the SDK is imported. A Bare that does
 * not look as expected, or a package that is not there, is left alone: slower, never wrong.
 */
export function leaveOut(parts: readonly (keyof typeof PARTS)[]): void {
  const { cache } = import.meta as unknown as BareMeta;
  const absent = cache?.[new URL('./absent-package.js', import.meta.url).href];
  if (!absent) return;
  try {
    for (const name of parts.flatMap((part) => PARTS[part])) cache[resolveFromSdk(name).href] ??= absent;
  } catch {
    // The import of the SDK says it better.
  }
}
