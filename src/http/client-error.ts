import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { ApiError } from '../protocol/errors.js';
import { toErrorBody } from './error-reply.js';

const REQUEST_TIMEOUT = 408;

/** What is wrong with bytes that are no HTTP request, by Node's error code. */
const STATUS: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: REQUEST_TIMEOUT,
};

/** How long the client may take to close its side. Closing ours before it has read the answer could cost it that. */
const CLOSE_GRACE_MS = 1_000;

/** Answers on a connection whose request could not even be read, in the envelope of all other errors. */
export function replyToUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  endWith(STATUS[error.code ?? ''] ?? 400, socket);
}

/** Answers a client that has stopped in the middle of its request. */
export function replyToRequestTimeout(socket: Socket): void {
  endWith(REQUEST_TIMEOUT, socket);
}

function endWith(status: number, socket: Socket): void {
  const message = `The request could not be read: ${STATUS_CODES[status]}.`;
  const body = JSON.stringify(toErrorBody(new ApiError('invalid_request', message)));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
  const timer = setTimeout(() => socket.destroy(), CLOSE_GRACE_MS).unref();
  socket.once('close', () => clearTimeout(timer));
}
