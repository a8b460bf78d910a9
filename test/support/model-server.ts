import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { type Deferred, deferred } from './deferred.js';

/** One request that came. */
interface FileRequest {
  readonly method: string;
  readonly path: string;
  /** The first byte that was asked for, of a `Range`. */
  readonly from: number;
}

/** A place at which the sending of a file stands still. */
interface Hold {
  /** Resolves when all before it is sent. */
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
  /** Claims another length than the file has. */
  claimLength(path: string, bytes: number): void;
  /** Cuts every connection on which it is asked for, as if there were no server, until it may be reached again. */
  setReachable(path: string, isReachable: boolean): void;
  /** Cuts the connection after so many bytes, once. */
  breakAfter(path: string, afterBytes: number): void;
  /** Goes silent after so many bytes, once. With `trickle`, sends a byte now and then. */
  hold(path: string, afterBytes: number, trickle?: boolean): Hold;
}

/** What happens in the midst of a file, to the first that asks for it. */
type Fault = (response: ServerResponse, file: Uint8Array) => void;

/** Starts the server. Call it at the top level of a test file: it ends after the file's tests. */
export async function startModelServer(): Promise<ModelServer> {
  const files = new Map<string, Uint8Array>();
  const redirects = new Map<string, string>();
  const lengths = new Map<string, number>();
  const faults = new Map<string, Fault>();
  const unreachable = new Set<string>();
  const requests: FileRequest[] = [];

  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/\?.*/, '');
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    requests.push({ method: request.method ?? '', path, from });
    const target = redirects.get(path);
    const file = files.get(path);
    if (unreachable.has(path)) request.socket.destroy();
    else if (target !== undefined) response.writeHead(302, { location: target }).end();
    else if (!file) response.writeHead(404).end();
    else if (from > 0 && from >= file.length) response.writeHead(416).end();
    else {
      writeHead(request, response, lengths.get(path) ?? file.length, from);
      const fault = faults.get(path);
      if (request.method === 'HEAD') response.end();
      else if (!fault) response.end(file.subarray(from));
      else {
        faults.delete(path);
        fault(response, file);
      }
    }
  });
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
    setReachable: (path, isReachable) =>
      void (isReachable ? unreachable.delete(path) : unreachable.add(path)),
    breakAfter: (path, afterBytes) =>
      void faults.set(path, (response, file) =>
        response.write(file.subarray(0, afterBytes), () => response.destroy()),
      ),
    hold(path, afterBytes, trickle = false) {
      const [reached, left, released] = [deferred(), deferred(), deferred()];
      faults.set(path, (response, file) => {
        response.once('close', left.resolve);
        response.write(file.subarray(0, afterBytes), () => reached.resolve());
        void sendRest(response, file.subarray(afterBytes), released, trickle);
      });
      return { reached: reached.promise, left: left.promise, release: released.resolve };
    },
  };
}

/** Between two bytes of a trickle. */
const TRICKLE_MS = 1_000;

async function sendRest(
  response: ServerResponse,
  rest: Uint8Array,
  released: Deferred<void>,
  trickle: boolean,
): Promise<void> {
  let sent = 0;
  const timer = setInterval(() => {
    if (trickle && !response.destroyed) response.write(rest.subarray(sent, ++sent));
  }, TRICKLE_MS);
  response.once('close', () => clearInterval(timer));
  await released.promise;
  clearInterval(timer);
  response.end(rest.subarray(sent));
}

function writeHead(request: IncomingMessage, response: ServerResponse, length: number, from: number): void {
  if (request.headers.range === undefined) {
    response.writeHead(200, { 'content-length': length, 'accept-ranges': 'bytes' });
    return;
  }
  response.writeHead(206, {
    'content-length': length - from,
    'content-range': `bytes ${from}-${length - 1}/${length}`,
  });
}
