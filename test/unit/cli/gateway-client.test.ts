import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, mock, test } from 'node:test';
import { askGateway, toPath } from '../../../src/cli/gateway-client.js';
import { tempFolder } from '../../support/temp-folder.js';

const URL = 'http://127.0.0.1:1';

interface Asked {
  readonly url: string;
  readonly key: string | undefined;
}

/** Stands in for the gateway; the last answer is given again. */
function answerWith(...answers: (() => Response)[]): Asked[] {
  const asked: Asked[] = [];
  mock.method(globalThis, 'fetch', async (url: string, { headers }: { headers: Record<string, string> }) => {
    asked.push({ url, key: headers.authorization });
    return (answers.length > 1 ? answers.shift() : answers[0])?.();
  });
  return asked;
}

const error = (status: number, code: string, message: string) => () =>
  Response.json({ error: { code, message } }, { status });
const fine = () => Response.json({ fine: true });

const { QVAC_API_KEY } = process.env;
afterEach(() => {
  mock.restoreAll();
  if (QVAC_API_KEY === undefined) delete process.env.QVAC_API_KEY;
  else process.env.QVAC_API_KEY = QVAC_API_KEY;
});

test('the key is the first of the file, else that of the environment', async () => {
  process.env.QVAC_API_KEY = 'sk-env';
  const asked = answerWith(fine);
  const apiKeyFile = join(tempFolder(), 'keys');
  writeFileSync(apiKeyFile, 'me: sk-file\nsk-other\n', { mode: 0o600 });
  assert.deepEqual(await askGateway({ url: URL, apiKeyFile }, 'GET', '/x'), { fine: true });
  await askGateway({ url: URL }, 'GET', '/x');
  process.env.QVAC_API_KEY = '';
  await askGateway({ url: URL }, 'GET', '/x');
  assert.deepEqual(asked, [
    { url: `${URL}/x`, key: 'Bearer sk-file' },
    { url: `${URL}/x`, key: 'Bearer sk-env' },
    { url: `${URL}/x`, key: undefined },
  ]);
});

test('what the gateway refuses is said, and of a key also where to put it', async () => {
  answerWith(
    error(401, 'invalid_api_key', 'This server needs an API key.'),
    error(500, 'model_load_failed', 'No.'),
  );
  const ask = () => askGateway({ url: URL }, 'GET', '/x');
  await assert.rejects(ask, { exitCode: 1, message: /needs an API key\. .*--api-key-file or QVAC_API_KEY/ });
  await assert.rejects(ask, { exitCode: 1, message: 'error: No. (model_load_failed)' });
});

test('what has other words is no gateway of ours', async () => {
  const others = [
    error(404, 'not_found', 'Nothing is served here.'),
    () => new Response('404 page not found', { status: 404 }),
    () => new Response('<html>', { status: 200 }),
    () => Response.json({ error: 'model not found' }, { status: 404 }),
  ];
  answerWith(...others);
  for (const _ of others) {
    await assert.rejects(askGateway({ url: URL }, 'GET', '/x'), {
      exitCode: 69,
      message: /no gateway of this version/,
    });
  }
});

test('a load that takes longer than fetch would wait is asked for again', async () => {
  const cause = Object.assign(new Error('Headers Timeout Error'), { code: 'UND_ERR_HEADERS_TIMEOUT' });
  const late = (): Response => {
    throw new TypeError('fetch failed', { cause });
  };
  const asked = answerWith(late, late, fine);
  assert.deepEqual(await askGateway({ url: URL }, 'POST', '/x'), { fine: true });
  assert.equal(asked.length, 3);
});

test('an alias keeps its slashes in a path, and nothing else of what a URL has', () => {
  assert.equal(toPath('org/a model?#'), 'org/a%20model%3F%23');
});
