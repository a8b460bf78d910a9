/** One reply of a scripted model, and when it is given. */
export interface ScriptedReply {
  /**
   * The reply is given when the text of the last message contains this (case-sensitive). The first reply that
   * matches wins. Exactly one reply of a script has no `when`: it is given when no other matches.
   */
  readonly when?: string;
  /** What the model says, to the byte. `<think>…</think>` and `<tool_call>…</tool_call>` are plain text here. */
  readonly text: string;
  /** Spell each non-ASCII character in byte tokens, so that one character arrives over several tokens. */
  readonly splitUtf8?: boolean;
  /** After the last piece the reply starts again at its first: the model never stops by itself. */
  readonly endless?: boolean;
}

/** What a scripted model is made of. */
export interface Script {
  /** Becomes the file's `general.name`. */
  readonly name: string;
  /** Tokens of context the file claims to be trained for. Default 4096; `ctx_size` may still be larger. */
  readonly contextLength?: number;
  readonly replies: readonly ScriptedReply[];
}

/** Throws an Error that says what to change when a model of this script could not be made or not be reached. */
export function assertScript({ name, contextLength, replies }: Script): void {
  if (contextLength !== undefined && !(Number.isInteger(contextLength) && contextLength > 0)) {
    throw new Error(`Script "${name}": contextLength must be a positive integer, it is ${contextLength}`);
  }
  const fallbacks = replies.filter(({ when }) => when === undefined).length;
  if (fallbacks !== 1) {
    throw new Error(`Script "${name}": exactly one reply must have no "when", ${fallbacks} have none`);
  }
  const routes = new Set<string | undefined>();
  for (const [index, { when, text }] of replies.entries()) {
    if (text === '') throw new Error(`Script "${name}": the text of reply ${index} is empty`);
    if (when === '') {
      throw new Error(`Script "${name}": "when" of reply ${index} is empty; omit it to make it the fallback`);
    }
    if (routes.has(when)) {
      throw new Error(
        `Script "${name}": reply ${index} is never given, an earlier one has the same "when" (${when})`,
      );
    }
    routes.add(when);
  }
}
