import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { UploadedFile } from '../upload.js';
import type { RelayedBody } from './relay-to-remote.js';

/**
 * A form with a file, made anew from its parts: `model` may stand after the file, and a second target needs all of it again.
 *
 * @param entries its text fields as they came, in order.
 */
export async function toFormBody(
  entries: readonly (readonly [name: string, value: string])[],
  field: string,
  file: UploadedFile,
): Promise<(model: string) => RelayedBody> {
  const { size } = await stat(file.path);
  const boundary = `qvac-${randomUUID()}`;
  const end = Buffer.from(`\r\n--${boundary}--\r\n`);
  const others = entries.filter(([name]) => name !== 'model');
  return (model) => {
    const texts = [['model', model] as const, ...others].map(
      ([name, value]) =>
        `--${boundary}\r\ncontent-disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`,
    );
    const head = Buffer.from(
      `${texts.join('')}--${boundary}\r\ncontent-disposition: form-data; name="${quoted(field)}"; filename="${quoted(file.name)}"\r\ncontent-type: ${typeOf(file)}\r\n\r\n`,
    );
    return {
      contentType: `multipart/form-data; boundary=${boundary}`,
      bytes: head.length + size + end.length,
      open: () => Readable.from(partsOf(head, file.path, end)),
    };
  };
}

async function* partsOf(head: Buffer, path: string, end: Buffer): AsyncGenerator<Buffer> {
  yield head;
  for await (const bytes of createReadStream(path)) yield bytes as Buffer;
  yield end;
}

/** As browsers write names. */
function quoted(name: string): string {
  return name.replace(/[\r\n"]/g, (char) => ({ '\r': '%0D', '\n': '%0A' })[char] ?? '%22');
}

function typeOf({ type }: UploadedFile): string {
  return /^[\w.+-]+\/[\w.+-]+$/.test(type) ? type : 'application/octet-stream';
}
