import { spawnSync } from 'node:child_process';
import { findMissingLibraries } from '../src/gateway/missing-libraries.js';

/**
 * Makes sure that the library is there which the audio engines are linked to: installs it where that can be done without
 * asking, which is in a container with Debian's tools.
 *
 * @returns what is left out of the tests and why; `undefined` if nothing is.
 */
export async function ensureSystemLibraries(): Promise<string | undefined> {
  if (!(await isVulkanMissing())) return undefined;
  const isRoot = process.getuid?.() === 0;
  if (isRoot && install() && !(await isVulkanMissing())) return undefined;
  const why = isRoot ? 'apt-get could not install it' : 'only root could install it';
  return `transcriptions with a real engine, because libvulkan.so.1 is missing and ${why}. Do: apt-get install libvulkan1`;
}

async function isVulkanMissing(): Promise<boolean> {
  const missing = await findMissingLibraries([{ alias: 'whisper', type: 'whispercpp-transcription' }]);
  return missing.length > 0;
}

/** Without what it recommends: drivers, of 100 MB and more, one of which is a GPU in software that only slows things down. */
function install(): boolean {
  const aptGet = (...args: string[]): boolean =>
    spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
  const installed = () => aptGet('install', '-y', '-qq', '--no-install-recommends', 'libvulkan1');
  return installed() || (aptGet('update', '-qq') && installed());
}
