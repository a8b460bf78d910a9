import assert from 'node:assert/strict';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigError } from '../../../src/config/config-error.js';
import { findConfig, readConfig } from '../../../src/config/find-config.js';
import { createConfigFolder } from './config-folder.js';

const port = (number: number) => ({ serve: { port: number } });

/** The one problem of reading or searching. */
async function problem(attempt: Promise<unknown>): Promise<string> {
  const error: unknown = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConfigError, `expected a ConfigError, got ${String(error)}`);
  assert.equal(error.problems.length, 1);
  return error.problems[0]?.message ?? '';
}

test('every kind of file is found', async (t) => {
  const files = {
    'qvac.config.json': port(1),
    'qvac.config.js': 'module.exports = { serve: { port: 1 } };',
    'qvac.config.mjs': 'export default { serve: { port: await Promise.resolve(1) } };',
    'qvac.config.cjs': 'module.exports = { serve: { port: 1 } };',
    'qvac.config.ts':
      "import { defineConfig } from 'qvac-gateway';\nconst port: number = 1;\nexport default defineConfig({ serve: { port } });",
    'package.json': { name: 'x', qvac: port(1) },
  };
  for (const [name, content] of Object.entries(files)) {
    const cwd = await createConfigFolder(t, { [name]: content });
    assert.deepEqual(await findConfig(cwd), { file: join(cwd, name), value: port(1) });
  }
});

test('a module may export a promise of its settings', async (t) => {
  const cwd = await createConfigFolder(t, {
    'qvac.config.mjs': 'export default Promise.resolve({ serve: { port: 1 } });',
  });
  assert.deepEqual((await findConfig(cwd))?.value, port(1));
});

test('an ES module in a .js file is found without "type": "module"', async (t) => {
  const cwd = await createConfigFolder(t, { 'qvac.config.js': 'export default { serve: { port: 1 } };' });
  assert.deepEqual((await findConfig(cwd))?.value, port(1));
});

test('the nearest folder wins, also past a package.json without our key', async (t) => {
  const cwd = await createConfigFolder(t, {
    'qvac.config.json': port(1),
    'a/qvac.config.json': port(2),
    'a/b/c/package.json': { name: 'x' },
  });
  assert.deepEqual((await findConfig(join(cwd, 'a/b/c')))?.value, port(2));
});

test('in one folder the config file wins over package.json', async (t) => {
  const cwd = await createConfigFolder(t, {
    'package.json': { qvac: port(1) },
    'qvac.config.ts': 'export default {}',
  });
  assert.deepEqual((await findConfig(cwd))?.value, {});
});

test('the global settings folder of the user is not searched', async (t) => {
  const home = await createConfigFolder(t, {
    'qvac/config.json': port(1),
    'qvac-nodejs/config.json': port(1),
  });
  const before = process.env.XDG_CONFIG_HOME;
  process.env.XDG_CONFIG_HOME = home;
  t.after(() => {
    if (before === undefined) delete process.env.XDG_CONFIG_HOME;
    else process.env.XDG_CONFIG_HOME = before;
  });
  assert.equal(await findConfig(await createConfigFolder(t, {})), undefined);
});

test('a named file is read, and no other', async (t) => {
  const cwd = await createConfigFolder(t, { 'qvac.config.json': port(1), 'other.json': port(2) });
  assert.deepEqual((await readConfig(join(cwd, 'other.json'))).value, port(2));
});

test('named files that cannot be read', async (t) => {
  const cwd = await createConfigFolder(t, { 'x.yaml': 'a: 1', 'package.json': {}, 'empty.json': ' \n' });
  await mkdir(join(cwd, 'folder.json'));
  const at = (name: string) => problem(readConfig(join(cwd, name)));
  assert.equal(await at('none.json'), 'no such file');
  assert.equal(await at('folder.json'), 'is a folder, not a file');
  assert.equal(await at('x.yaml'), 'is not a kind of config file known here: .json, .js, .mjs, .cjs, .ts');
  assert.equal(await at('x'), 'is not a kind of config file known here: .json, .js, .mjs, .cjs, .ts');
  assert.equal(await at('package.json'), 'has no "qvac" key');
  assert.equal(await at('empty.json'), 'is empty');
});

test('an empty file ends the search', async (t) => {
  const cwd = await createConfigFolder(t, { 'qvac.config.json': port(1), 'a/qvac.config.json': '' });
  assert.equal(await problem(findConfig(join(cwd, 'a'))), 'is empty');
});

test('a file that may not be read ends the search, and says so', async (t) => {
  const cwd = await createConfigFolder(t, { 'qvac.config.json': port(1), 'a/qvac.config.json': port(2) });
  await chmod(cwd, 0o755);
  await chmod(join(cwd, 'a/qvac.config.json'), 0o000);
  await asNobody(async () => {
    assert.match(await problem(findConfig(join(cwd, 'a'))), /^cannot be read: EACCES/);
    assert.match(await problem(readConfig(join(cwd, 'a/qvac.config.json'))), /^cannot be read: EACCES/);
  });
});

/** Root may read everything, and tests in containers run as root. */
async function asNobody(check: () => Promise<void>): Promise<void> {
  if (process.geteuid?.() !== 0) return check();
  process.seteuid?.(65534);
  try {
    await check();
  } finally {
    process.seteuid?.(0);
  }
}

test('a broken package.json in the folder of the process', async (t) => {
  const cwd = await createConfigFolder(t, { 'package.json': '{', 'ok.json': port(1) });
  const before = process.cwd();
  process.chdir(cwd);
  t.after(() => process.chdir(before));
  assert.match(await problem(readConfig(join(cwd, 'ok.json'))), /^JSON Error in .*package\.json/);
});

test('modules that fail', async (t) => {
  const cwd = await createConfigFolder(t, {
    'throws.ts': "throw new Error('no \\n key');",
    'throws.mjs': "throw 'a string';",
    'imports.js': "module.exports = require('qvac-not-there');",
    'syntax.ts': 'export default {\n  serve: ,\n};',
    'named.mjs': 'export const serve = {};',
    'nothing.ts': 'const unused = 1;',
  });
  const at = (name: string) => problem(readConfig(join(cwd, name)));
  assert.equal(await at('throws.ts'), 'failed while it was loaded: no key');
  assert.equal(await at('throws.mjs'), 'failed while it was loaded: a string');
  assert.equal(await at('imports.js'), "failed while it was loaded: Cannot find module 'qvac-not-there'");
  assert.match(await at('syntax.ts'), /^failed while it was loaded: .*syntax\.ts:2:\d+$/);
  const noDefault = 'has no default export; write `export default { serve: { … } }`';
  assert.equal(await at('named.mjs'), noDefault);
  assert.equal(await at('nothing.ts'), noDefault);
});
