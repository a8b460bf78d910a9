import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { after } from 'node:test';
import { toPublicKey } from '../../src/pool/peer-identity.js';

/** hyperdht's stream to a peer. */
interface PeerStream {
  write(bytes: Uint8Array): boolean;
  destroy(): void;
  on(event: 'open' | 'close', listener: () => void): this;
  on(event: 'error', listener: (error: Error) => void): this;
}

interface Dht {
  connect(key: Buffer, options: { readonly keyPair: object }): PeerStream;
  fullyBootstrapped(): Promise<void>;
  destroy(): Promise<void>;
}

interface DhtClass {
  new (options: object): Dht;
  keyPair(seed: Buffer): object;
}

interface OutgoingRequest {
  send(text: string, encoding: 'utf-8'): void;
  reply(encoding: 'utf-8'): Promise<string>;
  createResponseStream(): AsyncIterable<Uint8Array>;
}

interface Rpc {
  request(command: number): OutgoingRequest;
  event(command: number): { send(text: string, encoding: 'utf-8'): void };
}

/** A peer that need not keep to what the SDK would send. */
export interface TestPeer {
  /** 64 hex digits. */
  readonly publicKey: string;
  /** @throws Error if the provider is not there, or does not want this peer. */
  connect(providerKey: string): Promise<TestPeerConnection>;
}

/** A connection to a provider. */
export interface TestPeerConnection {
  /** Sends a request of the SDK's protocol and gives what is answered at once. */
  ask(request: object): Promise<Record<string, unknown>>;
  /** Sends one that is answered by a stream. Gives its events as they come. */
  stream(request: object): AsyncIterable<Record<string, unknown>>;
  /** Sends one that wants no answer. */
  tell(request: object): void;
  write(bytes: Uint8Array): void;
  close(): void;
  readonly closed: Promise<void>;
}

/** @param env what `startDht` returned. */
export function createTestPeer(env: NodeJS.ProcessEnv): TestPeer {
  // The SDK's own, as in dht.ts.
  const fromSdk = createRequire(import.meta.resolve('@qvac/sdk'));
  const dhtClass = fromSdk('hyperdht') as DhtClass;
  const rpcClass = fromSdk('bare-rpc') as new (stream: PeerStream) => Rpc;
  const seed = randomBytes(32);
  const dht = new dhtClass({
    bootstrap: env.QVAC_GATEWAY_TEST_DHT?.split(','),
    host: '127.0.0.1',
    firewalled: false,
  });
  after(() => dht.destroy());
  const keyPair = dhtClass.keyPair(seed);

  return {
    publicKey: toPublicKey(seed.toString('hex')),
    async connect(providerKey) {
      await dht.fullyBootstrapped();
      const stream = dht.connect(Buffer.from(providerKey, 'hex'), { keyPair });
      const closed = new Promise<void>((resolve) => stream.on('close', resolve));
      await new Promise<void>((resolve, reject) => {
        stream.on('open', resolve).on('error', reject);
        void closed.then(() => reject(new Error('the connection was closed')));
      });
      const rpc = new rpcClass(stream);
      const send = (request: object): OutgoingRequest => {
        const outgoing = rpc.request(1);
        outgoing.send(JSON.stringify(request), 'utf-8');
        return outgoing;
      };
      return {
        closed,
        ask: async (request) => JSON.parse(await send(request).reply('utf-8')),
        stream: (request) => readLines(send(request).createResponseStream()),
        tell: (request) => rpc.event(1).send(JSON.stringify(request), 'utf-8'),
        write: (bytes) => void stream.write(bytes),
        close: () => stream.destroy(),
      };
    },
  };
}

async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Record<string, unknown>> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + Buffer.from(chunk).toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line);
  }
}
