import { rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OWNER_FILE, thisOwner } from './run-folder-owner.js';

/** A folder of one run of the gateway, for sockets and files that nobody needs afterwards. */
export interface RunFolder {
  readonly path: string;
  remove(): Promise<void>;
  removeSync(): void;
}

/** What the names of all run folders begin with. */
export const RUN_FOLDER_PREFIX = 'qvac-';

/** The name is short: a Unix socket's path may have 103 bytes on macOS, whose temporary folder takes half of them. */
export async function createRunFolder(): Promise<RunFolder> {
  const path = await mkdtemp(join(tmpdir(), RUN_FOLDER_PREFIX));
  writeFileSync(join(path, OWNER_FILE), JSON.stringify(thisOwner()));
  return {
    path,
    remove: () => rm(path, { recursive: true, force: true }),
    removeSync: () => rmSync(path, { recursive: true, force: true }),
  };
}
