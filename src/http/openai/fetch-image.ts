import { ApiError } from '../../protocol/errors.js';

/** What the images of one request may take together. */
export interface FetchLimits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

const LIMITS: FetchLimits = { maxBytes: 20 * 1024 * 1024, timeoutMs: 10_000 };

/** Where an image is, and the request's field that says so. */
export interface ImageAddress {
  readonly url: URL;
  readonly param: string;
}

/**
 * Fetches images, one after the other: a request can't open more than one connection. Redirects are not followed, which
 * may lead to a host that nobody has allowed.
 *
 * @param addresses of hosts that may be asked.
 * @param signal ends it; its reason is thrown.
 * @throws {ApiError} `unsupported_image_content`, naming the field and what is wrong with what it names.
 */
export async function fetchImages(
  addresses: readonly ImageAddress[],
  signal: AbortSignal,
  { maxBytes, timeoutMs }: FetchLimits = LIMITS,
): Promise<Uint8Array[]> {
  const abort = new AbortController();
  const leave = (): void => abort.abort(signal.reason);
  signal.addEventListener('abort', leave, { once: true });
  const late = new Error(`it took longer than ${timeoutMs / 1000} s`);
  const timer = setTimeout(() => abort.abort(late), timeoutMs);
  const images: Uint8Array[] = [];
  let bytes = 0;
  try {
    for (const { url, param } of addresses) {
      signal.throwIfAborted();
      const image = await fetchImage(url, maxBytes - bytes, abort.signal).catch((error: unknown) => {
        signal.throwIfAborted();
        throw new ApiError(
          'unsupported_image_content',
          `The image can't be fetched from '${url.host}': ${describe(error)}. Send it as a data URL.`,
          { param, cause: error },
        );
      });
      images.push(image);
      bytes += image.length;
    }
    return images;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', leave);
    abort.abort(); // what is left of an answer is not wanted
  }
}

async function fetchImage(url: URL, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const response = await fetch(url, { redirect: 'manual', headers: { accept: 'image/*' }, signal });
  if (response.status >= 300 && response.status < 400) throw new Error('redirects are not followed');
  if (!response.ok) throw new Error(`the answer is ${response.status}`);
  const type = response.headers.get('content-type') ?? 'missing';
  if (!/^image\//i.test(type)) throw new Error(`its content-type is ${type}, not image/…`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw new Error('the images of the request are too large');
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** Fetch says what is wrong in the cause of its error. */
function describe(error: unknown): string {
  const { message, cause } = error as Error;
  return (cause as NodeJS.ErrnoException | undefined)?.code ?? message;
}
