import { Agent, request } from 'undici';
import type { RemoteServerSpec } from '../protocol/remote-spec.js';
import { describeCertificateFailure } from './certificate-failure.js';
import { HOPS_HEADER } from './hops.js';
import { toCredentials } from './request-headers.js';

/** For the whole of a probe. */
const PROBE_TIMEOUT_MS = 3_000;

/** A list of models is longer than this nowhere. */
const BODY_LIMIT_BYTES = 4 * 1024 * 1024;

/** What a look at a remote has found. */
type ProbeResult =
  | { readonly outcome: 'answered'; readonly models: readonly string[] | undefined }
  /** No answer in time. */
  | { readonly outcome: 'silent'; readonly reason: string }
  | { readonly outcome: 'failed'; readonly reason: string };

/** Asks remotes for their models, which also tells whether they are there. */
export interface Prober {
  /** Never throws. `models` is undefined where the server keeps no list. */
  probe(server: RemoteServerSpec, signal: AbortSignal): Promise<ProbeResult>;
  close(): Promise<void>;
}

/** @param hops for the header by which a gateway that is asked by itself can tell. */
export function createProber(hops: string): Prober {
  const agent = new Agent({ connect: { timeout: PROBE_TIMEOUT_MS }, pipelining: 1 });
  return {
    async probe(server, signal) {
      const timeout = AbortSignal.timeout(PROBE_TIMEOUT_MS);
      try {
        const { statusCode, body } = await request(`${server.url}/models?state=all`, {
          dispatcher: agent,
          headers: { accept: 'application/json', [HOPS_HEADER]: hops, ...toCredentials(server) },
          signal: AbortSignal.any([signal, timeout]),
        });
        const text = await readText(body);
        return toResult(statusCode, text);
      } catch (error) {
        if (timeout.aborted) {
          return { outcome: 'silent', reason: `does not answer within ${PROBE_TIMEOUT_MS} ms` };
        }
        const failure = error as NodeJS.ErrnoException;
        const reason =
          describeCertificateFailure(failure) ?? `can't be reached: ${failure.code ?? failure.message}`;
        return { outcome: 'failed', reason };
      }
    },
    close: () => agent.destroy(),
  };
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    if (bytes > BODY_LIMIT_BYTES) throw new Error('its list of models has no end');
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

function toResult(status: number, text: string): ProbeResult {
  if (status === 401 || status === 403) {
    return { outcome: 'failed', reason: `does not let this gateway in (${status}): see 'apiKey'` };
  }
  if (status === 508) return { outcome: 'failed', reason: 'is this gateway itself' };
  // A server of one model may have no list. It is there all the same.
  if (status === 404 || status === 405) return { outcome: 'answered', models: undefined };
  if (status !== 200) return { outcome: 'failed', reason: `answers with ${status}` };
  const models = parseModels(text);
  return models
    ? { outcome: 'answered', models }
    : { outcome: 'failed', reason: 'answers with something else than a list of models' };
}

function parseModels(text: string): string[] | undefined {
  try {
    const { data } = JSON.parse(text) as { data?: unknown };
    if (!Array.isArray(data)) return undefined;
    return data.flatMap((model: { id?: unknown } | null) =>
      typeof model?.id === 'string' ? [model.id] : [],
    );
  } catch {
    return undefined;
  }
}
