import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { tempFolder } from '../../support/temp-folder.js';

/** All modules that an entry imports when it is loaded, as URLs. */
function importsOf(entry: string): string[] {
  const folder = tempFolder();
  const hooks = `export async function resolve(name, context, next) {
    const resolved = await next(name, context);
    process._rawDebug(resolved.url);
    return resolved;
  }`;
  const watch = join(folder, 'watch.mjs');
  writeFileSync(join(folder, 'hooks.mjs'), hooks);
  writeFileSync(watch, `import { register } from 'node:module'; register('./hooks.mjs', import.meta.url);`);
  const url = new URL(`../../../src/cli/${entry}`, import.meta.url).href;
  const { stderr } = spawnSync(
    process.execPath,
    ['--import', pathToFileURL(watch).href, '--input-type=module', '-e', `await import('${url}')`],
    { encoding: 'utf8' },
  );
  return stderr.split('\n').filter((line) => line.startsWith('file:'));
}

test('the supervisor loads nothing of what the gateway needs', () => {
  const urls = ['serve-openai.js', 'run-supervisor.js'].flatMap(importsOf);
  assert.ok(urls.some((url) => url.endsWith('/supervisor/supervise.js')));
  const heavy = urls.filter((url) =>
    /node_modules\/(?!pino)|\/src\/(config|engine|pool|models|http)\//.test(url),
  );
  assert.deepEqual(heavy, []);
});
