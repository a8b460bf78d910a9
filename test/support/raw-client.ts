import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection to a gateway on which a test says what it likes, as no client library would. */
export async function openSocket(url: string): Promise<Socket> {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {}); // of being cut: `close` says so too
  await once(socket, 'connect');
  return socket;
}

/** A POST of JSON as bytes. */
export function toRequest(
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): string {
  const json = JSON.stringify(body);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return (
    `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n` +
    `content-length: ${Buffer.byteLength(json)}\r\n${lines.join('')}\r\n${json}`
  );
}

/** Resolves when the other side has ended the connection, whether politely or not. What it sends is dropped. */
export async function untilCut(socket: Socket): Promise<void> {
  if (socket.destroyed) return;
  socket.resume();
  await once(socket, 'close');
}
