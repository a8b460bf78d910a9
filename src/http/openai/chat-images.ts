import { ApiError } from '../../protocol/errors.js';
import type { ChatRequest, ImageData } from '../../protocol/jobs.js';
import type { Message } from './chat-messages.js';
import { fetchImages, type ImageAddress } from './fetch-image.js';
import { imageExtension } from './image-format.js';

/** What the config says of images. */
export interface ImageRules {
  /** Hosts that images may be fetched from, as `URL` writes them; one without a port means the usual one. */
  readonly hosts: readonly string[];
  /** Whether a model takes images, by its alias. */
  readonly takesImages: (alias: string) => boolean;
}

/** An image as a message names it, and where in the request. */
interface NamedImage {
  readonly url: string;
  readonly param: string;
}

/** The images of a request, for each message its own. */
export type ImagesByMessage = readonly (readonly ImageData[])[];

/**
 * Reads the images of a conversation out of their data URLs, and fetches those that have an address. Nothing is fetched
 * before all that can be checked without it is right.
 *
 * @param alias the model that is to see them.
 * @param signal ends the fetching; its reason is thrown.
 * @throws {ApiError} `unsupported_image_content`, naming the field.
 */
export async function readImages(
  messages: readonly Message[],
  alias: string,
  rules: ImageRules,
  signal: AbortSignal,
): Promise<ImagesByMessage> {
  const named = messages.map(imagesOf);
  const [first] = named.flat();
  if (!first) return [];
  if (!rules.takesImages(alias)) {
    throw refusal(`Model '${alias}' takes no images: its config names no projectionModelSrc.`, first.param);
  }
  const sources = named.map((images) => images.map((image) => toSource(image, rules.hosts)));
  const addresses = sources.flat().filter((source) => 'url' in source);
  const fetched = (await fetchImages(addresses, signal)).values();
  return sources.map((images) =>
    images.map((source) =>
      'url' in source ? toImage(fetched.next().value as Uint8Array, source.param) : source,
    ),
  );
}

/** The request with its images. */
export function withImages(request: ChatRequest, images: ImagesByMessage): ChatRequest {
  if (images.length === 0) return request;
  const messages = request.messages.map((message, index) => {
    const own = images[index] ?? [];
    return own.length > 0 ? { ...message, images: own } : message;
  });
  return { ...request, messages };
}

function imagesOf({ role, content }: Message, index: number): NamedImage[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((part, at) => {
    if (part.type !== 'image_url') return [];
    const param = `messages[${index}].content[${at}].image_url.url`;
    // The engine has room for an image in a question only.
    if (role !== 'user')
      throw refusal(`A ${role} message can't hold images: put them into a user message.`, param);
    return [{ url: part.image_url.url, param }];
  });
}

const DATA_URL = /^data:image\/[\w.+-]+;base64,/i;
const BASE64 = /^[\w+/-]+={0,2}$/;

function toSource({ url, param }: NamedImage, hosts: readonly string[]): ImageData | ImageAddress {
  const [head] = DATA_URL.exec(url) ?? [];
  if (head === undefined) return { url: toAllowedUrl(url, param, hosts), param };
  const base64 = url.slice(head.length).replace(/\s+/g, '');
  if (BASE64.test(base64)) return toImage(new Uint8Array(Buffer.from(base64, 'base64')), param);
  throw refusal('What follows "base64," in the data URL is not valid base64.', param);
}

function toImage(bytes: Uint8Array, param: string): ImageData {
  const extension = imageExtension(bytes);
  if (extension) return { extension, bytes, param };
  throw refusal('The image is none that the engine can read: send a PNG, JPEG, GIF or BMP.', param);
}

function toAllowedUrl(text: string, param: string, hosts: readonly string[]): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw refusal('An image must be a data URL (data:image/png;base64,…) or an http(s) URL.', param);
  }
  if (!isAllowed(url, hosts)) {
    throw refusal(
      `Images are not fetched from '${url.host}'. Send the image as a data URL, or add the host to serve.imageHosts in the gateway's config.`,
      param,
    );
  }
  if (url.username || url.password) {
    throw refusal('An address of an image must not hold a user name or a password.', param);
  }
  return url;
}

/** `URL` leaves the usual port out; a config may name it all the same. */
function isAllowed({ host, hostname, port, protocol }: URL, hosts: readonly string[]): boolean {
  const usualPort = protocol === 'https:' ? 443 : 80;
  return hosts.includes(host) || (port === '' && hosts.includes(`${hostname}:${usualPort}`));
}

function refusal(message: string, param: string): ApiError {
  return new ApiError('unsupported_image_content', message, { param });
}
