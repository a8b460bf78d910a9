import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RUN_FOLDER_PREFIX, runFolderParents } from './run-folder.js';
import { isGone, OWNER_FILE, type Owner } from './run-folder-owner.js';

/** Removes what gateways left behind that were killed: the run folders whose owner is certainly gone. */
export async function sweepRunFolders(): Promise<void> {
  await Promise.all(Object.values(runFolderParents()).map(sweepIn));
}

async function sweepIn(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  await Promise.all(
    names.filter((name) => name.startsWith(RUN_FOLDER_PREFIX)).map((name) => sweep(join(parent, name))),
  );
}

async function sweep(path: string): Promise<void> {
  try {
    const owner = JSON.parse(await readFile(join(path, OWNER_FILE), 'utf8')) as Owner;
    if (isGone(owner)) await rm(path, { recursive: true, force: true });
  } catch {} // no run folder, or not ours to remove
}
