import env from 'bare-env';
import { resolveFromSdk } from './resolve-from-sdk.js';

/** Environment variable for tests: DHT nodes on 127.0.0.1, as "127.0.0.1:49737", separated by commas. */
const TEST_DHT = 'QVAC_GATEWAY_TEST_DHT';

interface DhtNode {
  readonly host: string;
  readonly port: number;
}

/** dht-rpc's `IO`, which binds the sockets. */
interface IoClass {
  readonly prototype: { _host: string; _bindSockets(): Promise<void> };
}

/**
 * In a test, has this process's Hyperswarm know the test's own DHT only, from sockets that can reach nothing but this
 * machine. Call it before the SDK is imported. Without the test's environment variable it does nothing.
 *
 * @throws Error if the packages do not look as expected: no packet of a test may leave this machine.
 */
export async function stayOnLoopback(): Promise<void> {
  const written = env[TEST_DHT];
  if (!written) return;
  const constants = await importDefault<{ BOOTSTRAP_NODES: (string | DhtNode)[] }>(
    resolveFromSdk('hyperdht/lib/constants.js', 'hyperswarm'),
  );
  const io = await importDefault<IoClass>(resolveFromSdk('dht-rpc/lib/io.js', 'hyperswarm'));
  const { prototype } = io;
  if (!Array.isArray(constants.BOOTSTRAP_NODES) || typeof prototype?._bindSockets !== 'function') {
    throw new Error('hyperdht is not as expected');
  }
  // In place: hyperdht has taken the array itself.
  constants.BOOTSTRAP_NODES.splice(0, Number.POSITIVE_INFINITY, ...written.split(',').map(toNode));
  // Nothing is between the peers: hyperdht's way through a NAT, tried on one machine, now and then gives up a connection
  // that is there already (6.34).
  Object.defineProperty(prototype, 'firewalled', { get: () => false, set: () => {} });
  const bind = prototype._bindSockets;
  prototype._bindSockets = function (): Promise<void> {
    this._host = '127.0.0.1';
    return bind.call(this);
  };
}

function toNode(written: string): DhtNode {
  const [host = '', port = ''] = written.split(':');
  return { host, port: Number(port) };
}

async function importDefault<Exports>(url: URL): Promise<Exports> {
  const { default: exports } = (await import(url.href)) as { default: Exports };
  return exports;
}
