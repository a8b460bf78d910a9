import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigError } from '../../../src/config/config-error.js';
import { parseKeyFile, readKeyFile } from '../../../src/config/key-file.js';
import { createConfigFolder } from './config-folder.js';

const parse = (text: string) => parseKeyFile('/keys', text);

/** The problems of a key file that is refused, as `path: message` lines. */
function problemsOf(text: string): string[] {
  try {
    parse(text);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
  throw new Error('the file was not refused');
}

const cases: [title: string, text: string, keys: [key: string, name?: string][]][] = [
  ['a key', 'sk-1', [['sk-1']]],
  ['a key with a name', 'alice: sk-1', [['sk-1', 'alice']]],
  ['a name with spaces', "Alice's laptop :\tsk-1", [['sk-1', "Alice's laptop"]]],
  ['a key with a colon', 'alice:sk-1', [['alice:sk-1']]],
  ['a named key with a colon', 'alice: sk:1', [['sk:1', 'alice']]],
  ['a key with a hash in it', 'sk#1', [['sk#1']]],
  [
    'several, with comments, blank lines and space around',
    '# ours\n\nalice: sk-1\n  sk-2  \n\t\n  # bob: sk-3\n',
    [['sk-1', 'alice'], ['sk-2']],
  ],
  ['as Windows writes it', '\uFEFFsk-1\r\nalice: sk-2\r\n', [['sk-1'], ['sk-2', 'alice']]],
];
for (const [title, text, keys] of cases) {
  test(title, () => {
    assert.deepEqual(
      parse(text).map(({ key, name }) => (name === undefined ? [key] : [key, name])),
      keys,
    );
  });
}

test('lines that are no keys are all told, by their numbers only', () => {
  const text =
    'sk-1\nsk-2 # a comment\nalice: sk-3 # see: wiki\n# fine\nsk 4\nalice sk-5\nsk-6 # see: wiki\nschlüssel-7';
  const problems = problemsOf(text);
  assert.deepEqual(
    problems.map((problem) => problem.split(':')[0]),
    ['line 2', 'line 3', 'line 5', 'line 6', 'line 7', 'line 8'],
  );
  for (const problem of problems) assert.match(problem, /without spaces, or "name: key"$/);
});

test('a file without a key is refused: it was meant to lock something', () => {
  for (const text of ['', '\n', '# sk-1\n']) assert.match(problemsOf(text).join(), /has no key; write one/);
});

test('a file that others can read is warned of, one of its owner only is not', async (t) => {
  const path = join(await createConfigFolder(t, { keys: 'alice: sk-1' }), 'keys');
  for (const [mode, isPrivate] of [
    [0o600, true],
    [0o400, true],
    [0o640, false],
    [0o604, false],
    [0o644, false],
  ] as const) {
    await chmod(path, mode);
    const { keys, warning } = await readKeyFile(path);
    assert.deepEqual(keys, [{ key: 'sk-1', name: 'alice' }]);
    if (isPrivate || process.platform === 'win32') assert.equal(warning, undefined, mode.toString(8));
    else assert.match(warning ?? '', /keys holds API keys.*chmod 600/, mode.toString(8));
  }
});

test('a file that cannot be read says so', async (t) => {
  const folder = await createConfigFolder(t, {});
  await assert.rejects(readKeyFile(join(folder, 'none')), /none\n {2}no such file$/);
  await assert.rejects(readKeyFile(folder), /cannot be read \(EISDIR\)$/);
});
