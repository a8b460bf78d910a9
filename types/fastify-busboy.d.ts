/**
 * Stands for the types of `@fastify/busboy` 3.2 (see `paths` in tsconfig.json), which add to Node's `Readable` and so
 * hide all of its events but their own. What `@fastify/multipart` needs of them:
 */
import type { Readable } from 'node:stream';

export interface BusboyConfig {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly limits?: {
    readonly fieldNameSize?: number;
    readonly fieldSize?: number;
    readonly fields?: number;
    readonly fileSize?: number;
    readonly files?: number;
    readonly parts?: number;
    readonly headerPairs?: number;
  };
}

export interface BusboyFileStream extends Readable {
  /** The file was larger than the limit and ends there. */
  readonly truncated: boolean;
}
