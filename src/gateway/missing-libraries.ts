import { execFile } from 'node:child_process';
import type { ModelType } from '../protocol/model-types.js';

/** Engines of the SDK 0.16 that are linked to a library which a server without a GPU may well not have. */
const NEEDS_VULKAN: readonly ModelType[] = [
  'whispercpp-transcription',
  'parakeet-transcription',
  'bci-whispercpp-transcription',
  'tts-ggml',
  'sdcpp-generation',
];

const VULKAN = 'libvulkan.so.1';

/** A library that some models need and that can't be loaded. */
export interface MissingLibrary {
  readonly library: string;
  /** The models that need it. */
  readonly models: readonly string[];
}

/** Looks at start for what would otherwise show with the first request only. */
export async function findMissingLibraries(
  models: readonly { readonly alias: string; readonly type: ModelType }[],
): Promise<MissingLibrary[]> {
  if (process.platform !== 'linux') return []; // elsewhere the engines use what the system always has
  const aliases = models.filter(({ type }) => NEEDS_VULKAN.includes(type)).map(({ alias }) => alias);
  if (aliases.length === 0 || (await canLoad(VULKAN))) return [];
  return [{ library: VULKAN, models: aliases }];
}

/**
 * Asks the dynamic loader, which alone knows where it looks, as the engine will. In a process of its own, as all native
 * code. Node always throws: what it loaded is no addon. But then it was found, and the loader has nothing to say.
 */
function canLoad(library: string): Promise<boolean> {
  const script = `try { process.dlopen({ exports: {} }, ${JSON.stringify(library)}) } catch (error) { process.exitCode = /self-register/.test(error.message) ? 0 : 1 }`;
  return new Promise((resolve) => {
    execFile(process.execPath, ['-e', script], (error) => resolve(error === null));
  });
}
