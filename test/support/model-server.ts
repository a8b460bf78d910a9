import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { deferred } from './deferred.js';

/** What a server does that does not simply send its file. */
interface Fault {
  /** Bytes of the file, from its start, after which it happens. */
  readonly afterBytes: number;
  /** `break` cuts the connection; `hold` goes silent until it is released. */
  readonly kind: 'break' | 'hold';
  /** How many answers it happens to; the next one is whole. */
  times: number;
}

/** One request that came. */
interface FileRequest {
  readonly method: string;
  readonly path: string;
  /** The first byte that was asked for, of a `Range`. */
  readonly from: number;
}

/** A place that a download can be stopped at. */
export interface Hold {
  /** Resolves when it has sent so much; nothing more comes. */
  readonly reached: Promise<void>;
  /** Resolves when the client has closed the connection. */
  readonly left: Promise<void>;
  /** Sends the rest. */
  release(): void;
}

/** Serves files over HTTP as mirrors of models do, with `Range`, and fails as they do. */
export interface ModelServer {
  /** As `http://127.0.0.1:1234`. */
  readonly origin: string;
  readonly requests: readonly FileRequest[];
  /** Serves a file. */
  put(path: string, content: Uint8Array): void;
  /** Answers with a redirect. */
  redirect(path: string, to: string): void;
  /** Claims another length than the file has; 0 claims none. */
  claimLength(path: string, bytes: number): void;
  /** Cuts the connection after so many bytes, as often as is said. */
  breakAfter(path: string, afterBytes: number, times?: number): void;
  /** Goes silent after so many bytes, once. */
  hold(path: string, afterBytes: number): Hold;
}

/** Starts the server. Call it at the top level of a test file: it ends after the file's tests. */
export async function startModelServer(): Promise<ModelServer> {
  const files = new Map<string, Uint8Array>();
  const redirects = new Map<string, string>();
  const lengths = new Map<string, number>();
  const faults = new Map<string, Fault>();
  const holds = new Map<string, ReturnType<typeof createHold>>();
  const requests: FileRequest[] = [];

  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/\?.*/, '');
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    requests.push({ method: request.method ?? '', path, from });
    const target = redirects.get(path);
    if (target !== undefined) return void response.writeHead(302, { location: target }).end();
    const file = files.get(path);
    if (!file) return void response.writeHead(404).end();
    if (from > 0 && from >= file.length) return void response.writeHead(416).end();
    writeHead(request, response, lengths.get(path) ?? file.length, from);
    if (request.method === 'HEAD') return void response.end();
    void send(path, file, from, response);
  });

  async function send(path: string, file: Uint8Array, from: number, response: ServerResponse): Promise<void> {
    const fault = faults.get(path);
    if (!fault || fault.times === 0 || from >= fault.afterBytes)
      return void response.end(file.subarray(from));
    fault.times -= 1;
    const hold = holds.get(path);
    response.once('close', () => hold?.left.resolve());
    response.write(file.subarray(from, fault.afterBytes), () => {
      if (fault.kind === 'break') response.destroy();
      else hold?.reached.resolve();
    });
    if (fault.kind === 'break' || !hold) return;
    await hold.released.promise;
    response.end(file.subarray(fault.afterBytes));
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    put: (path, content) => void files.set(path, content),
    redirect: (path, to) => void redirects.set(path, to),
    claimLength: (path, bytes) => void lengths.set(path, bytes),
    breakAfter: (path, afterBytes, times = 1) => void faults.set(path, { afterBytes, kind: 'break', times }),
    hold(path, afterBytes) {
      const hold = createHold();
      holds.set(path, hold);
      faults.set(path, { afterBytes, kind: 'hold', times: 1 });
      return {
        reached: hold.reached.promise,
        left: hold.left.promise,
        release: () => hold.released.resolve(),
      };
    },
  };
}

function createHold() {
  return { reached: deferred(), left: deferred(), released: deferred() };
}

function writeHead(request: IncomingMessage, response: ServerResponse, length: number, from: number): void {
  if (length === 0) {
    response.writeHead(200);
    return;
  }
  if (request.headers.range === undefined) {
    response.writeHead(200, { 'content-length': length, 'accept-ranges': 'bytes' });
    return;
  }
  response.writeHead(206, {
    'content-length': length - from,
    'content-range': `bytes ${from}-${length - 1}/${length}`,
  });
}
