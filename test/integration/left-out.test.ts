import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { privateBytes } from '../support/private-memory.js';
import { tempFolder } from '../support/temp-folder.js';

// The SDK's own: it is no dependency of ours, and may lie elsewhere.
const sdk = createRequire(import.meta.resolve('@qvac/sdk'));
const bare: string = sdk('bare-runtime')();
const folder = tempFolder();

/** The packages that only the part has which is to be left out. */
const BEHIND = { languages: 'tinyld', documents: 'llm-splitter', peers: 'rocksdb-native' } as const;

/** Private memory of a process with one engine and no model: 70 MB measured, 180 before anything was left out. */
const MOST_MEGABYTES = 110;

interface Started {
  readonly parts: readonly string[];
  /** `undefined` where the system does not tell. */
  readonly privateMegabytes: number | undefined;
}

/** Which parts of the SDK a Bare process has once its entry has been imported, and its memory then. */
async function start(entry: string): Promise<Started> {
  const url = new URL(`../../workers/bare/${entry}.js`, import.meta.url).href;
  const script = `import('${url}').then(() => console.log(JSON.stringify(Object.keys(require.cache))))`;
  const child = spawn(bare, ['-e', script], {
    cwd: folder,
    env: { ...process.env, HOME: folder, USERPROFILE: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let written = '';
  for await (const chunk of child.stdout) {
    written += chunk;
    if (written.endsWith(']\n')) break;
  }
  const bytes = await privateBytes(child.pid ?? 0);
  child.kill('SIGKILL');
  await exited;
  const modules: string[] = JSON.parse(written);
  assert.ok(modules.length > 100, 'the SDK was not imported');
  const parts = Object.entries(BEHIND).flatMap(([part, name]) =>
    modules.some((module) => module.includes(`/node_modules/${name}/`)) ? part : [],
  );
  return { parts, privateMegabytes: bytes === undefined ? undefined : bytes / 1024 / 1024 };
}

describe('a Bare process has only the parts of the SDK that it needs', { timeout: 60_000 }, () => {
  for (const [entry, parts] of [
    ['llamacpp-completion', []],
    ['llamacpp-embedding', []],
    ['nmtcpp-translation', ['languages']],
    ['assets', ['peers']],
  ] as const) {
    test(entry, async () => {
      const started = await start(entry);
      assert.deepEqual(started.parts, parts);
      if (parts.length > 0 || started.privateMegabytes === undefined) return;
      assert.ok(started.privateMegabytes <= MOST_MEGABYTES, `${started.privateMegabytes} MB`);
    });
  }
});
