import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DEMO_SCRIPT } from '../../src/scripted-model/demo-script.js';
import { fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = tempFolder();
const npm = (args: readonly string[], cwd: string): string =>
  execFileSync('npm', [...args, '--loglevel=error'], {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

const [packed] = JSON.parse(
  npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root),
) as [Packed];
const paths = packed.files.map(({ path }) => path);

test('the package holds what is needed and nothing else', () => {
  for (const path of [
    'LICENSE',
    'README.md',
    'package.json',
    'qvac.config.schema.json',
    'dist/src/cli/main.js',
    'dist/src/index.d.ts',
    'dist/ui/index.html',
    'dist/workers/model-worker.js',
    'dist/workers/bare/llamacpp-completion.js',
  ]) {
    assert.ok(paths.includes(path), `${path} is missing`);
  }
  const surplus = paths.filter(
    (path) =>
      !/^(dist\/(src|workers)\/.*\.(js|d\.ts)|dist\/ui\/index\.html|[^/]+\.(md|json)|LICENSE)$/.test(path),
  );
  assert.deepEqual(surplus, []);
});

test('the packed tarball, installed in another folder, serves', { timeout: 600_000 }, async () => {
  const { overrides } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { overrides: object };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, overrides }));
  npm(['install', '--no-audit', '--no-fund', `./${packed.filename}`], folder);

  const bin = join(folder, 'node_modules', 'qvac-gateway', 'dist', 'src', 'cli', 'main.js');
  const child = spawn(process.execPath, [bin, 'serve', 'openai', '-p', '0'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    let url: string | undefined;
    for await (const line of createInterface({ input: child.stdout })) {
      const entry = JSON.parse(line) as { msg: string; url?: string };
      if (entry.msg !== 'gateway started') continue;
      url = entry.url;
      break;
    }
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello!' }] }),
    });
    const body = (await response.json()) as { choices: [{ message: { content: string } }] };
    assert.equal(body.choices[0].message.content, fallbackOf(DEMO_SCRIPT));
    const page = await fetch(`${url}/ui`);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<title>qvac gateway<\/title>/);
  } finally {
    child.kill('SIGTERM');
    await once(child, 'close');
  }
});
