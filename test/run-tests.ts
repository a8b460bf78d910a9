/**
 * Runs the compiled tests with Node's own runner: `node dist/test/run-tests.js [folder…]`. Node 20 takes no glob for
 * `--test`, Node 22 no folder, so the files are found here.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureSystemPackages } from './system-packages.js';

const FOLDERS = ['unit', 'integration', 'faults', 'clients', 'ui'];

/** A gateway under test keeps both cores of a small machine busy; more at once would only make each slower. */
const CONCURRENCY = 2;

const wanted = process.argv.slice(2);

/** For one test, and for one file. What hangs fails, and does not hold up the run; what soaks has timeouts of its own. */
const TIMEOUT_MS = wanted.includes('soak') ? 24 * 3_600_000 : wanted.includes('foreign') ? 900_000 : 240_000;

const folders = wanted.length > 0 ? wanted : FOLDERS;

const files = folders.flatMap((folder) => {
  const root = fileURLToPath(new URL(folder, import.meta.url));
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.js'))
    .map((name) => join(root, name));
});

const leftOut = await ensureSystemPackages(folders);
const { status } = spawnSync(
  process.execPath,
  [
    '--test',
    `--test-concurrency=${CONCURRENCY}`,
    `--test-timeout=${TIMEOUT_MS}`,
    '--test-reporter=spec',
    ...files,
  ],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
for (const what of leftOut)
  process.stderr.write(`\n${'!'.repeat(80)}\nLEFT OUT: ${what}\n${'!'.repeat(80)}\n`);
// What decides whether a change lands must have run everything.
if (leftOut.length > 0 && process.env.CI === 'true') process.exitCode ||= 1;
