import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The part of node:test's TestContext that a fixture needs; @types/node does not export the whole. */
export interface Cleanup {
  after(remove: () => Promise<void>): void;
}

/** A new folder with these files (path → text, or data to write as JSON), removed after the test. Absolute. */
export async function createConfigFolder(t: Cleanup, files: Record<string, unknown>): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'qvac-config-')));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}
