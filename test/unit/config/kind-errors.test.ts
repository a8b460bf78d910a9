import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConfigFolder } from './config-folder.js';
import { loadError } from './load-error.js';

const notAnObject = 'must hold an object: { "serve": { "models": { … } } }';
const cases: Record<string, [file: string, content: string, message: string]> = {
  'a function': [
    'qvac.config.ts',
    'export default () => ({})',
    'exports a function; export the settings themselves, an object',
  ],
  'an instance of a class': ['qvac.config.mjs', 'export default new Map()', notAnObject],
  'a list': ['qvac.config.json', '[]', notAnObject],
  'a string': ['qvac.config.json', '"x"', notAnObject],
};

for (const [name, [file, content, message]] of Object.entries(cases)) {
  test(`a config that is ${name}`, async (t) => {
    const { problems } = await loadError(await createConfigFolder(t, { [file]: content }));
    assert.deepEqual(problems, [{ path: '', message }]);
  });
}
