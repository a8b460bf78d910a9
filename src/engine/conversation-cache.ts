import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type CompletionParams, hasAttachments } from './chat-params.js';

type Message = CompletionParams['history'][number];

/** A conversation whose state the engine has on disk. */
interface Conversation {
  /** The SDK's `kvCache` of its calls: the name of its folder. */
  readonly key: string;
  readonly bytes: number;
}

/** One call of a conversation. */
export interface CachedTurn {
  readonly key: string;
  /** The engine has computed the messages but for the last ones before. */
  readonly isHit: boolean;
  /** Of the call's messages. */
  readonly digest: string;
}

/**
 * Finds the conversation that a call goes on with among those whose state the engine has kept, so that it computes only
 * what is new. The SDK's own search (`kvCache: true`) forgets replies and leaves its files: here they are named, counted,
 * and the ones that were not asked for longest are removed.
 *
 * Only conversations whose first message, and no other, is a system message are kept: the SDK would add one of its own to
 * others, or drop what comes later.
 */
export class ConversationCache {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #forget: (key: string) => Promise<unknown>;
  /** By the digest of their messages, the last reply included; the one that was used last is last. */
  readonly #conversations = new Map<string, Conversation>();
  #bytes = 0;
  #count = 0;

  /**
   * @param folder absolute path of the folder that the SDK makes a folder per key in. Nobody else writes there.
   * @param maxBytes that all conversations together may have between two calls.
   * @param forget has the SDK forget a key.
   */
  constructor(folder: string, maxBytes: number, forget: (key: string) => Promise<unknown>) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#forget = forget;
  }

  /**
   * Begins a call. The conversation that it goes on with is its own until {@link end}; whoever begins another branch of it
   * starts anew. One call at a time.
   *
   * @returns `undefined` if the call can't be cached.
   */
  begin({ history, tools }: Pick<CompletionParams, 'history' | 'tools'>): CachedTurn | undefined {
    const isCacheable = history.every(({ role }, index) => (role === 'system') === (index === 0));
    if (!isCacheable || hasAttachments(history)) return undefined;
    const digests = digestsOf(history, tools);
    const digest = digests.at(-1) ?? '';
    for (const earlier of digests.slice(0, -1).reverse()) {
      const conversation = this.#take(earlier);
      if (conversation) return { key: conversation.key, isHit: true, digest };
    }
    this.#count += 1;
    return { key: String(this.#count), isHit: false, digest };
  }

  /**
   * Ends a call: keeps what the engine has written of it, and removes what there is no room for. It never rejects.
   *
   * @param reply the text that the client has got; `undefined` if the call did not come to its end.
   */
  async end({ key, digest }: CachedTurn, reply: string | undefined): Promise<void> {
    // None is there if the reply was cut short: the SDK removes it.
    const bytes = reply === undefined ? 0 : await sizeOf(join(this.#folder, key));
    if (reply === undefined || bytes === 0) return this.#remove(key);
    this.#conversations.set(next(digest, { role: 'assistant', content: reply }), { key, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#conversations.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      const conversation = this.#take(oldest);
      if (conversation) await this.#remove(conversation.key);
    }
  }

  #take(digest: string): Conversation | undefined {
    const conversation = this.#conversations.get(digest);
    if (!conversation) return undefined;
    this.#conversations.delete(digest);
    this.#bytes -= conversation.bytes;
    return conversation;
  }

  async #remove(key: string): Promise<void> {
    await this.#forget(key).catch(() => {}); // of an engine that is gone the folder is removed all the same
    await rm(join(this.#folder, key), { recursive: true, force: true }).catch(() => {});
  }
}

/** Of the first message, of the first two, … */
function digestsOf(history: readonly Message[], tools: CompletionParams['tools']): string[] {
  let digest = JSON.stringify(tools ?? []);
  return history.map((message) => {
    digest = next(digest, message);
    return digest;
  });
}

/** Clients trim what they repeat. */
function next(digest: string, { role, content }: Message): string {
  return createHash('sha256')
    .update(JSON.stringify([digest, role, content.trim()]))
    .digest('hex');
}

/** Bytes of all files in a folder, 0 if it is not there. */
async function sizeOf(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    files.map(async (name) => {
      const found = await stat(join(folder, name)).catch(() => undefined);
      return found?.isFile() ? found.size : 0;
    }),
  );
  return sizes.reduce((total, size) => total + size, 0);
}
