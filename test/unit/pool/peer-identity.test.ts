import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSeedFile, toPublicKey } from '../../../src/pool/peer-identity.js';
import { tempFolder } from '../../support/temp-folder.js';

const folder = tempFolder();

test('an identity is made once and stays', () => {
  const path = join(folder, 'new', 'seed');
  const seed = readSeedFile(path);
  assert.match(seed, /^[0-9a-f]{64}$/);
  assert.equal(readSeedFile(path), seed);
});

test('what is no seed is not taken for one', () => {
  const path = join(folder, 'other');
  writeFileSync(path, 'hello');
  assert.throws(() => readSeedFile(path), /holds no seed/);
});

test('the public key is the one that Hyperswarm has', () => {
  const { keyPair } = createRequire(import.meta.resolve('@qvac/sdk'))('hyperdht') as {
    keyPair(seed: Buffer): { publicKey: Buffer };
  };
  const seed = '07'.repeat(32);
  assert.equal(toPublicKey(seed), keyPair(Buffer.from(seed, 'hex')).publicKey.toString('hex'));
});
