import { createHash, createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** Of an Ed25519 key in PKCS #8, what stands before the seed. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

const SEED_FORM = /^[0-9a-f]{64}$/;

/**
 * The seed in a file, which only its owner can read; one is made if there is none.
 *
 * @returns 64 hex digits.
 * @throws Error if the file holds something else, or can't be read or written.
 */
export function readSeedFile(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  try {
    writeFileSync(path, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const seed = readFileSync(path, 'utf8').trim();
  if (!SEED_FORM.test(seed)) throw new Error(`${path} holds no seed: 64 lower-case hexadecimal digits`);
  return seed;
}

/**
 * The seed of a model's worker that has another peer run it. Each has its own: a peer keeps one connection for a key.
 */
export function peerSeed(alias: string): string {
  const seed = readSeedFile(join(homedir(), '.qvac', 'gateway-peer-seed'));
  return createHash('sha256').update(`${seed} ${alias}`).digest('hex');
}

/** The public key that Hyperswarm derives of a seed, in hex. */
export function toPublicKey(seed: string): string {
  const der = Buffer.concat([PKCS8_PREFIX, Buffer.from(seed, 'hex')]);
  const key = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex');
}
