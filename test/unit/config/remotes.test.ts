import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hideSecrets } from '../../../src/config/hide-secrets.js';
import { loadConfig } from '../../../src/config/load.js';
import { tempFolder } from '../../support/temp-folder.js';
import { loadError } from './load-error.js';

const folder = tempFolder();
const path = join(folder, 'qvac.config.json');
const url = 'http://gpu-server:11434/v1';

async function problemsOf(models: object, remotes: readonly object[] = []): Promise<string[]> {
  writeFileSync(path, JSON.stringify({ serve: { models, remotes } }));
  const { problems } = await loadError(folder);
  return problems.map((problem) => `${problem.path}: ${problem.message}`);
}

test('a model of another server has every default', async () => {
  writeFileSync(path, JSON.stringify({ serve: { models: { big: { url: `${url}/`, model: 'qwen' } } } }));
  const { routed, models } = await loadConfig({ cwd: folder });
  assert.deepEqual(models, []);
  assert.deepEqual(routed, [
    {
      alias: 'big',
      category: 'any',
      default: false,
      order: 'priority',
      queue: 64,
      targets: [
        {
          kind: 'remote',
          model: 'qwen',
          slots: 64,
          server: {
            url,
            apiKey: undefined,
            headers: {},
            connectTimeoutMs: 5_000,
            headersTimeoutMs: 600_000,
            idleTimeoutMs: 300_000,
            probeIntervalMs: 5_000,
          },
        },
      ],
    },
  ]);
});

test('a model of several targets is of the kind of those that are served here', async () => {
  writeFileSync(join(folder, 'a.gguf'), '');
  const targets = [{ url, model: 'qwen' }, { alias: 'a' }];
  writeFileSync(
    path,
    JSON.stringify({ serve: { models: { both: { targets }, a: { src: './a.gguf', type: 'embeddings' } } } }),
  );
  const { routed } = await loadConfig({ cwd: folder });
  assert.equal(routed[0]?.category, 'embeddings');
  assert.deepEqual(routed[0]?.targets[1], { kind: 'local', alias: 'a' });
});

const WRONG: readonly (readonly [what: string, models: object, problem: RegExp])[] = [
  [
    'a url with a password',
    { a: { url: 'http://me:pw@gpu/v1', model: 'x' } },
    /^serve\.models\.a\.url: must look like/,
  ],
  ['a url that is none', { a: { url: 'gpu:11434', model: 'x' } }, /^serve\.models\.a\.url: must look like/],
  ['no name there', { a: { url } }, /^serve\.models\.a: has "url" without "model"/],
  ['a file too', { a: { url, src: './x', model: 'x' } }, /^serve\.models\.a: has both "url" and "src"/],
  [
    'a setting of an engine',
    { a: { url, model: 'x', loadTimeoutMs: 5_000 } },
    /^serve\.models\.a\.loadTimeoutMs: unknown key/,
  ],
  [
    'a key of a remote on a file',
    { a: { src: './a.gguf', type: 'llm', apiKey: 'k' } },
    /^serve\.models\.a: "apiKey" is for models of other/,
  ],
  [
    'a key beside targets',
    { a: { targets: [{ url, model: 'x' }], apiKey: 'k' } },
    /^serve\.models\.a\.apiKey: unknown key/,
  ],
  [
    'a number in quotes',
    { a: { url, model: 'x', slots: '64' } },
    /^serve\.models\.a\.slots: must be a number.*without quotes/,
  ],
  [
    'one in a target',
    { a: { targets: [{ url, model: 'x', slots: '64' }] } },
    /^serve\.models\.a\.targets\[0\]\.slots: must be/,
  ],
  ['a url that is a number', { a: { url: 5, model: 'x' } }, /^serve\.models\.a\.url: must be a string/],
  [
    'a typo',
    { a: { url, model: 'x', slot: 2 } },
    /^serve\.models\.a\.slot: unknown key; did you mean "slots"/,
  ],
  ['targets beside a url', { a: { url, targets: [] } }, /^serve\.models\.a: has "targets" beside/],
  ['no target', { a: { targets: [] } }, /^serve\.models\.a\.targets: must name at least one target/],
  [
    'an alias that is none',
    { a: { targets: [{ alias: 'b' }] } },
    /^serve\.models\.a\.targets\[0\]\.alias: no model "b"/,
  ],
  ['itself as a target', { a: { targets: [{ alias: 'a' }] } }, /no model "a" is served here/],
  [
    'a default of nothing',
    { a: { url, model: 'x', default: true } },
    /^serve\.models\.a\.default: needs "category"/,
  ],
  [
    'two defaults',
    {
      a: { url, model: 'x', default: true, category: 'chat' },
      b: { url, model: 'y', default: true, category: 'chat' },
    },
    /"a" and "b" are both the default for chat/,
  ],
  [
    'a header that frames',
    { a: { url, model: 'x', headers: { 'Transfer-Encoding': 'chunked' } } },
    /^serve\.models\.a\.headers: has a name that can not be set/,
  ],
  [
    'a header of two lines',
    { a: { url, model: 'x', headers: { 'x-a': 'b\r\nhost: c' } } },
    /must be printable ASCII/,
  ],
];

for (const [what, models, problem] of WRONG) {
  test(`a remote that is wrong is told by its field: ${what}`, async () => {
    const problems = await problemsOf(models);
    assert.ok(
      problems.some((line) => problem.test(line)),
      problems.join('\n'),
    );
  });
}

test('credentials of remotes are in no message', async () => {
  const secret = 's3cret key';
  const problems = await problemsOf(
    {
      a: { url, model: 'x', apiKey: secret, headers: { 'x-key': 's3cret\n' } },
      b: { targets: [{ url, model: 'x', apiKey: secret }] },
    },
    [{ url, apiKey: secret }],
  );
  assert.ok(problems.length >= 3, problems.join('\n'));
  assert.ok(!problems.join().includes('s3cret'), problems.join('\n'));
  const shown = JSON.stringify(
    hideSecrets({
      serve: {
        models: { a: { apiKey: secret, headers: { b: secret }, config: { headers: 'kept' } } },
        remotes: [{ apiKey: secret }],
        routed: [{ targets: [{ server: { apiKey: secret, headers: { b: secret } } }] }],
      },
    }),
  );
  assert.ok(!shown.includes('s3cret') && shown.includes('kept'), shown);
});

test('credentials of remotes are not shown by `qvac config show` either', async () => {
  const secret = 's3cret';
  const entry = { url, model: 'x', apiKey: secret, headers: { 'x-key': secret } };
  writeFileSync(
    path,
    JSON.stringify({
      serve: { models: { a: entry, b: { targets: [entry] } }, remotes: [{ url, apiKey: secret }] },
    }),
  );
  const shown = JSON.stringify(hideSecrets({ serve: await loadConfig({ cwd: folder }) }));
  assert.ok(shown.includes('"url"') && !shown.includes(secret), shown);
});
