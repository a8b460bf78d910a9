import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChatMessage, ImageData } from '../protocol/jobs.js';

/** A message as the SDK takes it: images are files. */
interface HistoryMessage {
  readonly role: string;
  readonly content: string;
  readonly attachments?: { path: string }[];
}

/** A conversation whose images are files, until they are removed. */
export interface History {
  readonly messages: HistoryMessage[];
  remove(): Promise<void>;
}

/** Writes the images of a conversation into the run's folder, which is this thread's temporary one. */
export async function toHistory(messages: readonly ChatMessage[]): Promise<History> {
  const paths: string[] = [];
  const history = messages.map(({ role, content, images = [] }): HistoryMessage => {
    if (images.length === 0) return { role, content };
    const attachments = images.map(({ extension }) => ({
      path: join(tmpdir(), `image-${randomUUID()}.${extension}`),
    }));
    paths.push(...attachments.map(({ path }) => path));
    return { role, content, attachments };
  });
  const images = messages.flatMap((message): readonly ImageData[] => message.images ?? []);
  await Promise.all(images.map(({ base64 }, index) => writeFile(paths[index] ?? '', base64, 'base64')));
  return {
    messages: history,
    async remove() {
      await Promise.all(paths.map((path) => rm(path, { force: true })));
    },
  };
}
