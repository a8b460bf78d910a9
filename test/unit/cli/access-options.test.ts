import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type AccessOptions, applyAccessOptions } from '../../../src/cli/access-options.js';
import { CommandError } from '../../../src/cli/command-error.js';
import type { GatewayConfig } from '../../../src/config/gateway-config.js';
import { DEFAULT_CONFIG } from '../../support/default-config.js';
import { tempFolder } from '../../support/temp-folder.js';

const config = DEFAULT_CONFIG;
const none: AccessOptions = {
  apiKey: [],
  allowUnauthenticated: false,
  cors: false,
  corsOrigin: [],
};
const keyFile = join(tempFolder(), 'keys');
writeFileSync(keyFile, 'alice: sk-file');
chmodSync(keyFile, 0o600);

/** What comes of a config, options and an environment. */
function apply(written: Partial<GatewayConfig>, options: Partial<AccessOptions> = {}, envKey?: string) {
  return applyAccessOptions({ ...config, ...written }, { ...none, ...options }, envKey);
}

/** Fails unless it is refused with this exit code and one line that matches. */
async function assertRefused(result: Promise<unknown>, exitCode: number, message: RegExp): Promise<void> {
  await assert.rejects(result, (error) => {
    assert.ok(error instanceof CommandError);
    assert.equal(error.exitCode, exitCode);
    assert.match(error.message, message);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  });
}

describe('keys', () => {
  test('come from four places, and each of them is enough', async () => {
    const apiKeys = [{ key: 'sk-config' }];
    assert.deepEqual((await apply({ apiKeys })).apiKeys, apiKeys);
    assert.deepEqual((await apply({}, { apiKey: ['sk-a', 'sk-b'] })).apiKeys, [
      { key: 'sk-a' },
      { key: 'sk-b' },
    ]);
    assert.deepEqual((await apply({}, { apiKeyFile: keyFile })).apiKeys, [{ key: 'sk-file', name: 'alice' }]);
    assert.deepEqual((await apply({}, {}, 'sk-env')).apiKeys, [{ key: 'sk-env' }]);
    const all = await apply({ apiKeys }, { apiKey: ['sk-a'], apiKeyFile: keyFile }, 'sk-env');
    assert.deepEqual(
      all.apiKeys.map(({ key }) => key),
      ['sk-config', 'sk-a', 'sk-file', 'sk-env'],
    );
    assert.deepEqual(all.warnings, []);
  });

  test('that no header could carry are refused, without being told', async () => {
    for (const key of ['', 'my secret', 'secret\n', 'schlüssel-secret']) {
      await assertRefused(apply({}, { apiKey: [key] }), 2, /^error: --api-key must be a key of [\w ]+\.$/);
    }
    await assertRefused(apply({}, {}, 'my secret'), 1, /^error: QVAC_API_KEY must be a key of [\w ]+\.$/);
  });

  test('an empty variable of the environment is no key, and is warned of', async () => {
    const { apiKeys, warnings } = await apply({}, {}, '');
    assert.deepEqual(apiKeys, []);
    assert.match(warnings.join(), /^QVAC_API_KEY is set but empty/);
  });

  test("the key file's warning is passed on", async () => {
    const path = join(tempFolder(), 'open');
    writeFileSync(path, 'sk-1');
    chmodSync(path, 0o644);
    const { warnings } = await apply({ warnings: ['before'] }, { apiKeyFile: path });
    assert.equal(warnings[0], 'before');
    assert.equal(warnings.length, process.platform === 'win32' ? 1 : 2);
  });
});

describe('a bind beyond loopback', () => {
  const hosts = ['0.0.0.0', '::', '', '192.168.1.5', 'my-box.lan'];

  test('without a key is refused, and says what to do', async () => {
    for (const host of hosts) {
      await assertRefused(apply({ host }), 1, /no API key.*--api-key-file.*--allow-unauthenticated/);
      await assertRefused(apply({ host }, {}, ''), 1, /no API key/);
    }
  });

  test('without a key is warned of if it is allowed', async () => {
    for (const host of hosts) {
      const { warnings } = await apply({ host }, { allowUnauthenticated: true });
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? '', /everyone who can reach .* has no API key/);
    }
  });

  test('with a key is fine, and so is loopback without one', async () => {
    for (const host of hosts) assert.deepEqual((await apply({ host }, {}, 'sk-env')).warnings, []);
    for (const host of ['127.0.0.1', '::1', 'localhost']) {
      assert.deepEqual((await apply({ host }, { allowUnauthenticated: true })).warnings, []);
    }
  });
});

describe('CORS', () => {
  test('is as the config says, unless the command line says something', async () => {
    const corsOrigins = ['https://config.example'];
    const of = async (options: Partial<AccessOptions>) =>
      (await apply({ corsOrigins }, { apiKey: ['sk-1'], ...options })).corsOrigins;
    assert.deepEqual(await of({}), corsOrigins);
    assert.deepEqual(await of({ cors: true }), 'any');
    const corsOrigin = ['https://A.example/', 'https://b.example'];
    for (const cors of [true, false]) {
      assert.deepEqual(await of({ cors, corsOrigin }), ['https://a.example', 'https://b.example']);
    }
  });

  test('for any origin is warned of without a key', async () => {
    assert.match((await apply({}, { cors: true })).warnings.join(), /every web page .* no API key/);
    assert.match((await apply({ corsOrigins: 'any' })).warnings.join(), /every web page/);
    assert.deepEqual((await apply({}, { cors: true }, 'sk-env')).warnings, []);
    assert.deepEqual((await apply({}, { corsOrigin: ['https://a.example'] })).warnings, []);
  });

  test('of an origin that is none is refused', async () => {
    const result = apply({}, { corsOrigin: ['a.example'] });
    await assertRefused(result, 2, /--cors-origin a\.example must be an origin, as https:/);
  });
});
