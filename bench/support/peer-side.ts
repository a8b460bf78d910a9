import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { BenchModel } from '../models/bench-models.js';
import { ensureExited, trackChild } from './children.js';
import { type BenchGateway, startDelegating } from './gateway-side.js';
import { COMPARED_THREADS, MODEL_CONFIG } from './side.js';

const CLI = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const PUBLIC_KEY = /^Public key: ([0-9a-f]{64})$/;

interface Testnet {
  readonly bootstrap: readonly { readonly host: string; readonly port: number }[];
  destroy(): Promise<void>;
}

/** Starts a gateway all of whose models run on another peer of this machine. They find each other in a DHT on 127.0.0.1. */
export async function startPeers(folder: string, models: readonly BenchModel[]): Promise<BenchGateway> {
  const cwd = await mkdtemp(join(folder, 'p-'));
  // The SDK's own: it is no dependency of ours, and may lie elsewhere.
  const createTestnet = createRequire(import.meta.resolve('@qvac/sdk'))('hyperdht/testnet.js') as (
    size: number,
  ) => Promise<Testnet>;
  const testnet = await createTestnet(3);
  const env = {
    QVAC_GATEWAY_TEST_DHT: testnet.bootstrap.map(({ host, port }) => `${host}:${port}`).join(','),
  };
  const file = join(cwd, 'qvac.config.json');
  const entries = models.map(({ path }, index) => [
    `model-${index}`,
    { src: path, type: 'llm', config: { ...MODEL_CONFIG, threads: COMPARED_THREADS } },
  ]);
  await writeFile(file, JSON.stringify({ serve: { models: Object.fromEntries(entries) } }));
  const provider = spawn(process.execPath, [CLI, 'provide', '-c', file, '--allow-anyone'], {
    cwd,
    env: { ...process.env, TMPDIR: cwd, HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  trackChild(provider);
  const stop = async (): Promise<void> => {
    provider.kill('SIGTERM');
    await ensureExited(provider);
    await testnet.destroy();
  };
  try {
    const gateway = await startDelegating(folder, models, await publicKeyOf(provider.stdout), env);
    return { ...gateway, stop: () => gateway.stop().then(stop) };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function publicKeyOf(stdout: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stdout })) {
    const [, key] = PUBLIC_KEY.exec(line) ?? [];
    if (key) return key;
  }
  throw new Error('the provider ended before it had a key');
}
