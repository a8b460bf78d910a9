import { rmSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { SDK_HOME } from '../protocol/sdk-home.js';
import { OWNER_FILE, thisOwner } from './run-folder-owner.js';

/** A folder of one run of the gateway, for sockets and files that nobody needs afterwards. */
export interface RunFolder {
  readonly path: string;
  remove(): Promise<void>;
  removeSync(): void;
}

/** Where run folders are: what is small and short-lived in the first; what may be large, and not in memory, in the second. */
export function runFolderParents() {
  return { temporary: tmpdir(), onDisk: join(process.env[SDK_HOME] ?? homedir(), '.qvac') };
}

/** What the names of all run folders begin with. */
export const RUN_FOLDER_PREFIX = 'qvac-';

/** The name is short: a Unix socket's path may have 103 bytes on macOS, whose temporary folder takes half of them. */
export async function createRunFolder(where: keyof ReturnType<typeof runFolderParents>): Promise<RunFolder> {
  const parent = runFolderParents()[where];
  await mkdir(parent, { recursive: true });
  const path = await mkdtemp(join(parent, RUN_FOLDER_PREFIX));
  const remove = () => rm(path, { recursive: true, force: true });
  try {
    writeFileSync(join(path, OWNER_FILE), JSON.stringify(thisOwner()));
  } catch (error) {
    await remove(); // nobody would know whose it is
    throw error;
  }
  return { path, remove, removeSync: () => rmSync(path, { recursive: true, force: true }) };
}
