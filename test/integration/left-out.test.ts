import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { tempFolder } from '../support/temp-folder.js';

// The SDK's own: it is no dependency of ours, and may lie elsewhere.
const sdk = createRequire(import.meta.resolve('@qvac/sdk'));
const bare: string = sdk('bare-runtime')();
const folder = tempFolder();

/** The packages that only the part has which is to be left out. */
const BEHIND = { languages: 'tinyld', documents: 'llm-splitter', peers: 'rocksdb-native' } as const;

/** Which parts of the SDK a Bare process has once its entry has been imported. */
async function partsOf(entry: string): Promise<string[]> {
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
  child.kill('SIGKILL');
  await exited;
  const modules: string[] = JSON.parse(written);
  assert.ok(modules.length > 100, 'the SDK was not imported');
  return Object.entries(BEHIND).flatMap(([part, name]) =>
    modules.some((module) => module.includes(`/node_modules/${name}/`)) ? part : [],
  );
}

describe('a Bare process has only the parts of the SDK that it needs', { timeout: 60_000 }, () => {
  for (const [entry, parts] of [
    ['llamacpp-completion', []],
    ['llamacpp-embedding', []],
    ['nmtcpp-translation', ['languages']],
    ['assets', ['peers']],
  ] as const) {
    test(entry, async () => {
      assert.deepEqual(await partsOf(entry), parts);
    });
  }
});
