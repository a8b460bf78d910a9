import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiError } from '../protocol/errors.js';
import type { ChatMessage } from '../protocol/jobs.js';
import type { ChatModel } from './chat-model.js';

/** llama.cpp's words for an image that it can't decode; the path of the file follows. */
const UNREADABLE = 'Failed to load media from file: ';

/** Where a prompt has this, llama.cpp puts an image; one more of them than images, and it refuses the prompt. */
const IMAGE_MARKER = /<__media__>/g;

/** A message as the SDK takes it: images are files. */
interface HistoryMessage {
  readonly role: string;
  readonly content: string;
  readonly attachments?: { path: string }[];
}

/** A conversation whose images are files, until they are removed. */
export interface History {
  readonly messages: HistoryMessage[];
  /** What an error of the engine says of the request, if it is about one of the images. */
  explain(error: unknown): unknown;
  remove(): Promise<void>;
}

/** Writes the images of a conversation into the run's folder, which is this thread's temporary one. */
export async function toHistory(
  messages: readonly ChatMessage[],
  { hasImages }: Pick<ChatModel, 'hasImages'>,
): Promise<History> {
  const conversation = messages.map(({ role, content, images = [] }) => ({
    role,
    content: hasImages ? content.replace(IMAGE_MARKER, '<__media__ >') : content,
    files: images.map(({ extension, bytes, param }) => {
      return { path: join(tmpdir(), `image-${randomUUID()}.${extension}`), bytes, param };
    }),
  }));
  const files = conversation.flatMap((message) => message.files);
  await Promise.all(files.map(({ path, bytes }) => writeFile(path, bytes)));
  return {
    messages: conversation.map(({ role, content, files }) => {
      if (files.length === 0) return { role, content };
      return { role, content, attachments: files.map(({ path }) => ({ path })) };
    }),
    explain(error) {
      const reason = error instanceof Error ? error.message : '';
      const unreadable = files.find(({ path }) => reason.includes(UNREADABLE + path));
      if (!unreadable) return error;
      return new ApiError(
        'unsupported_image_content',
        "The engine can't read this image. It may be damaged: write it anew, as PNG or JPEG.",
        { param: unreadable.param, cause: error },
      );
    },
    async remove() {
      await Promise.all(files.map(({ path }) => rm(path, { force: true })));
    },
  };
}
