import { type ClientRequest, Agent as HttpAgent, IncomingMessage, ServerResponse } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { createProxyServer } from 'http-proxy';
import type { RemoteServerSpec } from '../protocol/remote-spec.js';
import { describeCertificateFailure } from './certificate-failure.js';
import { timedOut, unreachable } from './remote-error.js';

/** What is sent, once: a body can be read once. */
export interface ProxiedRequest {
  /** Of the remote's API, as `/chat/completions`. */
  readonly path: string;
  /** All that are sent. Nothing of the client's own goes along. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

/** Connections to remotes, kept alive for the next call. */
export interface RemoteConnections {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  close(): void;
}

/** How long a connection is kept that nobody uses: shorter than servers keep theirs, the shortest of them 5 s. */
const KEEP_MS = 4_000;

/** What writing to a connection that the other side has closed comes to: `EPIPE` if its end has been received already. */
const CLOSED: readonly string[] = ['ECONNRESET', 'EPIPE'];

export function createRemoteConnections(): RemoteConnections {
  const options = { keepAlive: true, timeout: KEEP_MS, maxFreeSockets: 64 };
  const http = new HttpAgent(options);
  const https = new HttpsAgent(options);
  return {
    http,
    https,
    close() {
      http.destroy();
      https.destroy();
    },
  };
}

/**
 * Sends a request to a remote by http-proxy, which gets neither the client's request nor its reply: no header of the one can
 * leak, and the other is still free for another target. Redirects are not followed.
 *
 * @param connections where it finds a kept one; without it, it goes on a connection of its own.
 * @param signal ends it, also while the answer's body is read.
 * @returns the head of the answer, whose body is still to be read, or to be destroyed.
 * @throws {ApiError} `remote_unavailable` or `remote_timeout`; {@link StaleConnection}; or the signal's reason.
 */
export function sendToRemote(
  name: string,
  server: RemoteServerSpec,
  { path, headers, body }: ProxiedRequest,
  connections: RemoteConnections | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const target = new URL(`${server.url}${path}`);
  const request = new IncomingMessage(new Socket());
  request.method = 'POST';
  request.url = '/';
  request.headers = { ...headers };
  const reply = new ServerResponse(request);
  const proxy = createProxyServer();

  return new Promise((resolve, reject) => {
    let outgoing: ClientRequest | undefined;
    let isOver = false;
    const headTimer = setTimeout(
      () => fail(timedOut(name, 'did not begin to answer', server.headersTimeoutMs)),
      server.headersTimeoutMs,
    );
    let connectTimer: NodeJS.Timeout | undefined;

    const settle = (): void => {
      clearTimeout(headTimer);
      clearTimeout(connectTimer);
    };
    /** For http-proxy: the client has hung up. */
    const cut = (): void => {
      reply.emit('close');
      body.destroy();
    };
    const fail = (error: unknown): void => {
      if (isOver) return;
      isOver = true;
      settle();
      signal.removeEventListener('abort', onAbort);
      reject(error);
      cut();
    };
    const onAbort = (): void => {
      if (isOver) cut();
      else fail(signal.reason);
    };
    const onError = (error: Error & { code?: string }): void => {
      const isStale = outgoing?.reusedSocket === true && CLOSED.includes(error.code ?? '');
      const why = describeCertificateFailure(error) ?? `can't be reached: ${error.message}`;
      fail(isStale ? new StaleConnection() : unreachable(name, why, error));
    };

    proxy.on('proxyReq', (sent) => {
      outgoing = sent;
      const { socket } = sent;
      if (!socket?.connecting) return;
      connectTimer = setTimeout(
        () => fail(timedOut(name, 'could not be connected to', server.connectTimeoutMs)),
        server.connectTimeoutMs,
      );
      socket.once(target.protocol === 'https:' ? 'secureConnect' : 'connect', () =>
        clearTimeout(connectTimer),
      );
    });
    proxy.on('error', onError);
    proxy.on('econnreset', onError);
    proxy.on('proxyRes', (answer) => {
      settle();
      isOver = true;
      answer.once('close', () => signal.removeEventListener('abort', onAbort));
      resolve(answer);
    });
    body.once('error', fail);

    if (signal.aborted) {
      fail(signal.reason);
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    void proxy.web(request, reply, {
      target,
      buffer: body,
      ignorePath: true,
      changeOrigin: true,
      secure: true,
      selfHandleResponse: true,
      agent: connections?.[target.protocol === 'https:' ? 'https' : 'http'] ?? false,
    });
  });
}

/** A kept connection had ended, as it seems before anything was sent on it: the server may well be there. */
export class StaleConnection extends Error {
  constructor() {
    super('a kept connection had ended');
  }
}
