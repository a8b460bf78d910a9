const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;

/** Bytes of a key that are looked at; `model` fits, also with every character escaped. */
const KEY_LIMIT = 64;

/**
 * Replaces the value of `model` in a JSON object that comes in parts, and nothing else: neither what other fields hold nor
 * how it is written. Only the object's own field, not one of an object within; each of them, if it stands there twice, for
 * parsers differ in which one counts.
 */
export class ModelRewriter {
  readonly #value: Buffer;
  #depth = 0;
  #inString = false;
  #isEscaped = false;
  #isObject = false;
  /** At depth 1: the next string is a key. */
  #expectsKey = false;
  /** The key that is being read, byte by byte, without its quotes. */
  #key: string | undefined;
  #isModel = false;
  #isDropping = false;
  #hasModel = false;

  /** @param name what `model` is to be. */
  constructor(name: string) {
    this.#value = Buffer.from(JSON.stringify(name));
  }

  /** Whether a `model` was there to replace, as far as the object has come. */
  get hasModel(): boolean {
    return this.#hasModel;
  }

  /** The next part, rewritten. */
  push(bytes: Buffer): Buffer {
    const out: Buffer[] = [];
    let start = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      if (this.#inString) {
        at = this.#readString(bytes, at);
        continue;
      }
      const byte = bytes[at] as number;
      if (byte === QUOTE) {
        this.#inString = true;
        if (this.#expectsKey && this.#depth === 1) this.#key = '';
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        this.#depth += 1;
        if (this.#depth === 1) this.#expectsKey = this.#isObject = byte === OPEN_BRACE;
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        this.#depth -= 1;
        if (this.#depth === 0 && this.#isDropping) start = this.#keepFrom(at);
      } else if (this.#depth === 1 && byte === COMMA) {
        this.#expectsKey = this.#isObject;
        if (this.#isDropping) start = this.#keepFrom(at);
      } else if (this.#depth === 1 && byte === COLON) {
        this.#expectsKey = false;
        if (!this.#isModel) continue;
        this.#hasModel = this.#isDropping = true;
        out.push(bytes.subarray(start, at + 1), this.#value);
      }
    }
    if (out.length === 0 && start === 0 && !this.#isDropping) return bytes;
    if (!this.#isDropping) out.push(bytes.subarray(start));
    return Buffer.concat(out);
  }

  /** A loop of its own: most bytes are in strings. @returns where its quote is, or where the bytes end. */
  #readString(bytes: Buffer, from: number): number {
    let isEscaped = this.#isEscaped;
    let at = from;
    for (; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (isEscaped) isEscaped = false;
      else if (byte === BACKSLASH) isEscaped = true;
      else if (byte === QUOTE) break;
    }
    this.#isEscaped = isEscaped;
    this.#inString = at === bytes.length;
    if (this.#key === undefined) return at;
    if (this.#key.length <= KEY_LIMIT) {
      this.#key += bytes.toString('latin1', from, Math.min(at, from + KEY_LIMIT + 1));
    }
    if (this.#inString) return at;
    this.#isModel = isModelKey(this.#key);
    this.#key = undefined;
    return at;
  }

  #keepFrom(at: number): number {
    this.#isDropping = this.#isModel = false;
    return at;
  }
}

/** The same for a whole object. One without a `model` gets it. */
export function withModel(json: Buffer, name: string): Buffer {
  const rewriter = new ModelRewriter(name);
  const rewritten = rewriter.push(json);
  if (rewriter.hasModel) return rewritten;
  const inside = json.indexOf(OPEN_BRACE) + 1;
  const isEmpty = /^\s*\}/.test(json.subarray(inside, inside + KEY_LIMIT).toString('latin1'));
  const member = Buffer.from(`"model":${JSON.stringify(name)}${isEmpty ? '' : ','}`);
  return Buffer.concat([json.subarray(0, inside), member, json.subarray(inside)]);
}

/** A key may be written with escapes, which the parser that read the request has understood. */
function isModelKey(text: string): boolean {
  if (!text.includes('\\')) return text === 'model';
  if (text.length > KEY_LIMIT) return false;
  return JSON.parse(`"${text}"`) === 'model';
}
