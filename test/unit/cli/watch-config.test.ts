import assert from 'node:assert/strict';
import {
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { watchConfig } from '../../../src/cli/watch-config.js';
import { wayToFile } from '../../../src/cli/way-to-file.js';
import { mountConfigMap } from '../../support/config-map.js';
import { tempFolder } from '../../support/temp-folder.js';

const folder = realpathSync(tempFolder());
const stopping = new AbortController();
const alive = setInterval(() => {}, 1_000); // the watch alone keeps no process alive
after(() => {
  stopping.abort();
  clearInterval(alive);
});

/** Each time that it is told, what the file holds then. */
function watchFile(file: string) {
  const seen: (string | undefined)[] = [];
  const waiting = new Set<() => void>();
  const onChange = (): void => {
    seen.push(read(file));
    for (const wake of waiting) wake();
  };
  watchConfig(file, { onChange, onBlind: (error) => assert.fail(error as Error) }, stopping.signal);
  return {
    seen,
    /** Resolves when it was told that the file holds this: some systems tell more often than others. */
    async holds(content: string | undefined): Promise<void> {
      while (seen.at(-1) !== content) await new Promise<void>((resolve) => waiting.add(resolve));
      seen.length = 0;
    },
  };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** A new folder with a file in it. */
function write(name: string, content: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

test('a file that is written, replaced as editors do, or away for a while', async () => {
  const file = write('plain/config', 'one');
  const { holds } = watchFile(file);
  writeFileSync(file, 'two');
  await holds('two');
  renameSync(write('plain/next', 'three'), file);
  await holds('three');
  writeFileSync(file, 'four'); // the one that took its place
  await holds('four');
  renameSync(file, `${file}~`);
  writeFileSync(file, 'five');
  await holds('five');
  rmSync(file);
  await holds(undefined);
  writeFileSync(file, 'six');
  await holds('six');
});

test('other files of the folder are none of its business', async () => {
  const { seen } = watchFile(write('busy/config', 'one'));
  const other = write('busy/other', 'one');
  const { holds } = watchFile(other);
  writeFileSync(other, 'two');
  await holds('two');
  assert.deepEqual(seen, []);
});

test('a folder that is replaced, or away for a while, with all that is above it', async () => {
  const file = write('outer/inner/config', 'one');
  const { holds } = watchFile(file);
  write('outer/next/config', 'two');
  renameSync(join(folder, 'outer/inner'), join(folder, 'outer/former'));
  renameSync(join(folder, 'outer/next'), join(folder, 'outer/inner'));
  await holds('two');
  rmSync(join(folder, 'outer/inner'), { recursive: true });
  await holds(undefined);
  rmSync(join(folder, 'outer'), { recursive: true });
  await holds(undefined);
  write('outer/inner/config', 'three');
  await holds('three');
  writeFileSync(file, 'four');
  await holds('four');
});

const links = { skip: process.platform === 'win32' && 'links need rights there' };

test('a ConfigMap, whose links change in one step', links, async () => {
  const { file, update } = mountConfigMap(join(folder, 'mount'), 'config', 'one');
  const { holds } = watchFile(file);
  update('two');
  await holds('two');
  update('three');
  await holds('three');
  writeFileSync(file, 'four'); // in the folder that took the other's place
  await holds('four');
});

test('a ConfigMap behind a link of another folder', links, async () => {
  const { file, update } = mountConfigMap(join(folder, 'far-mount'), 'config', 'one');
  const near = join(folder, 'near');
  symlinkSync(file, near);
  const { holds } = watchFile(near);
  update('two');
  await holds('two');
  rmSync(near);
  symlinkSync(write('near-target', 'three'), near);
  await holds('three');
});

test('a release whose folder is behind a link', links, async () => {
  write('app/releases/1/config', 'one');
  const second = write('app/releases/2/config', 'two');
  const current = join(folder, 'app/current');
  symlinkSync('releases/1', current);
  const { holds } = watchFile(join(current, 'config'));
  symlinkSync('./releases/../releases/2/', `${current}.next`);
  renameSync(`${current}.next`, current);
  await holds('two');
  writeFileSync(second, 'three');
  await holds('three');
});

test('links that lead nowhere, or in a circle', links, async () => {
  const [nowhere, circle] = [join(folder, 'nowhere'), join(folder, 'circle')];
  symlinkSync('missing/file', nowhere);
  symlinkSync('circle', circle);
  assert.deepEqual(wayToFile(circle), new Map([[folder, new Set(['circle'])]]));
  const watched = [watchFile(nowhere), watchFile(circle)];
  write('missing/file', 'here');
  await watched[0]?.holds('here');
  rmSync(circle);
  writeFileSync(circle, 'straight');
  await watched[1]?.holds('straight');
});
