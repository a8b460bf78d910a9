import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** A folder for the tests of one file, removed when they are over. */
export function tempFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'qvac-test-'));
  after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
