import assert from 'node:assert/strict';
import { test } from 'node:test';
import { childStdio } from '../../../src/supervisor/child-stdio.js';

const OWN = ['inherit', 'inherit', 'inherit'];

for (const [title, args, rest] of [
  ['by default: its own and the channel', ['-c', './fd/7'], ['ipc']],
  ['what a shell opened for a file of keys', ['--api-key-file', '/dev/fd/5'], ['ipc', 'ignore', 5]],
  ['written with =', ['--api-key-file=/proc/self/fd/4'], ['ipc', 4]],
  ['in the place of the channel', ['-c', '/dev/fd/3'], [3, 'ipc']],
  ['stdin', ['--api-key-file', '/dev/fd/0'], ['ipc']],
] as const) {
  test(title, () => {
    assert.deepEqual(childStdio(args), [...OWN, ...rest]);
  });
}
