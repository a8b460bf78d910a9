import { spawnSync } from 'node:child_process';
import { findMissingLibraries } from '../src/gateway/missing-libraries.js';
import { findChromium } from './support/chromium.js';

/** Something that tests need and npm does not bring. */
interface SystemPackage {
  /** Debian's name. */
  readonly name: string;
  readonly isMissing: () => Promise<boolean>;
  /** What can't be tested without it. */
  readonly neededFor: string;
}

const VULKAN: SystemPackage = {
  name: 'libvulkan1',
  isMissing: async () =>
    (await findMissingLibraries([{ alias: 'whisper', type: 'whispercpp-transcription' }])).length > 0,
  neededFor: 'transcriptions with a real engine, because libvulkan.so.1 is missing',
};

const CHROMIUM: SystemPackage = {
  name: 'chromium',
  isMissing: async () => findChromium() === undefined,
  neededFor: 'the page in a browser, because there is no chromium',
};

/**
 * Makes sure that the tests of these folders find what they need: installs it where that can be done without asking, which
 * is in a container with Debian's tools.
 *
 * @returns what is left out of the tests and why.
 */
export async function ensureSystemPackages(folders: readonly string[]): Promise<string[]> {
  const wanted = folders.includes('ui') ? [VULKAN, CHROMIUM] : [VULKAN];
  const leftOut: string[] = [];
  for (const { name, isMissing, neededFor } of wanted) {
    if (!(await isMissing())) continue;
    const isRoot = process.getuid?.() === 0;
    if (isRoot && install(name) && !(await isMissing())) continue;
    const why = isRoot ? 'apt-get could not install it' : 'only root could install it';
    leftOut.push(`${neededFor} and ${why}. Do: apt-get install ${name}`);
  }
  return leftOut;
}

/** Without what it recommends: drivers, of 100 MB and more, one of which is a GPU in software that only slows things down. */
function install(name: string): boolean {
  const aptGet = (...args: string[]): boolean =>
    spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
  const installed = () => aptGet('install', '-y', '-qq', '--no-install-recommends', name);
  return installed() || (aptGet('update', '-qq') && installed());
}
