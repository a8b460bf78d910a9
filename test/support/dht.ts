import { createRequire } from 'node:module';
import { after } from 'node:test';

interface Testnet {
  readonly bootstrap: readonly { readonly host: string; readonly port: number }[];
  destroy(): Promise<void>;
}

/**
 * A DHT on 127.0.0.1 for the tests of one file. Call it at the top level.
 *
 * @returns the environment of programs that know no other, with a home of their own in `home`.
 */
export async function startDht(home: string): Promise<NodeJS.ProcessEnv> {
  // The SDK's own: it is no dependency of ours, and may lie elsewhere.
  const createTestnet = createRequire(import.meta.resolve('@qvac/sdk'))('hyperdht/testnet.js') as (
    size: number,
  ) => Promise<Testnet>;
  const testnet = await createTestnet(3);
  after(() => testnet.destroy());
  const nodes = testnet.bootstrap.map(({ host, port }) => `${host}:${port}`);
  return { QVAC_GATEWAY_TEST_DHT: nodes.join(','), HOME: home, USERPROFILE: home };
}
