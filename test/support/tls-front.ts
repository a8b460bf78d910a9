import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { after } from 'node:test';
import { createSecureContext, TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../../test/fixtures/tls/${name}`, import.meta.url));

/** The file with the certificate of the authority that issued those of the fronts. */
export const TLS_AUTHORITY = fixture('ca.crt');

/** `server` is right, `elsewhere` is for another host. */
type Certificate = 'server' | 'elsewhere' | 'expired';

/** Speaks TLS in front of a server of this machine. */
export interface TlsFront {
  /** With `/v1`. */
  readonly url: string;
  /** What new connections get; `none` leaves them without an answer to their handshake. */
  certificate: Certificate | 'none';
}

/** Starts it in front of a port. It is closed after the file's tests. */
export async function startTlsFront(port: number, certificate: Certificate): Promise<TlsFront> {
  const key = readFileSync(fixture('server.key'));
  const sockets = new Set<Socket>();
  const server = createServer((raw) => {
    sockets.add(raw);
    raw.on('error', () => {}); // of being cut
    if (front.certificate === 'none') return;
    const cert = readFileSync(fixture(`${front.certificate}.crt`));
    const near = new TLSSocket(raw, { isServer: true, secureContext: createSecureContext({ key, cert }) });
    const there = connect(port, '127.0.0.1');
    pipeline(near, there, () => {});
    pipeline(there, near, () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const front: TlsFront = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    certificate,
  };
  return front;
}
