import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { startGateway } from '../support/gateway.js';
import { openSocket } from '../support/raw-client.js';
import { tempFolder } from '../support/temp-folder.js';

const MB = 1024 * 1024;
const CHUNK = `100000\r\n${'x'.repeat(MB)}\r\n`;

/** Sends for ever, as fast as it is read. Resolves with how much it sent until it was cut. */
async function sendForEver(socket: Socket): Promise<number> {
  while (!socket.destroyed) {
    if (socket.write(CHUNK)) continue;
    await new Promise<void>((resolve) => {
      socket.once('drain', resolve).once('close', resolve);
    });
    socket.removeAllListeners('drain').removeAllListeners('close');
  }
  return socket.bytesWritten;
}

for (const [title, args, body, status] of [
  ['without the key', ['--api-key', 'sk-1'], '', 401],
  [
    'of a form whose file is too large',
    [],
    '--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n',
    413,
  ],
] as const) {
  test(`an upload ${title} that never ends is answered, and cut`, async () => {
    const gateway = await startGateway(args, tempFolder());
    const socket = await openSocket(gateway.url);
    const answer = once(socket, 'data') as Promise<[Buffer]>;
    socket.write(
      'POST /v1/audio/transcriptions HTTP/1.1\r\nhost: localhost\r\nx-request-id: endless\r\n' +
        'content-type: multipart/form-data; boundary=b\r\ntransfer-encoding: chunked\r\n\r\n' +
        (body && `${body.length.toString(16)}\r\n${body}\r\n`),
    );
    const sentBytes = await sendForEver(socket);
    assert.match(String(await answer), new RegExp(`^HTTP/1\\.1 ${status} `));
    // What was read before the refusal, what is drained, and what the system's buffers hold.
    assert.ok(sentBytes < 120 * MB, `${sentBytes / MB} MB`);
    const { level, requestId } = await gateway.logged(({ msg }) => /refused/.test(msg));
    assert.deepEqual([level, requestId], [40, 'endless']);
  });
}
