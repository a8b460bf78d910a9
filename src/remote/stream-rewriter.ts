import { ModelRewriter } from './model-rewriter.js';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const COLON = 0x3a;
const DATA = Buffer.from('data:');
const DONE = Buffer.from('[DONE]');
const ERROR = Buffer.from('"error"');
const END_OF_LINE = Buffer.from('\n');
/** Some clients stumble over other comments (Continue over `: ping`). */
const COMMENT = Buffer.from(': keep-alive\n');

/** Of one event. */
const EVENT_LIMIT_BYTES = 16 * 1024 * 1024;

/** Where `"error"` stands in a frame that is one: first. */
const ERROR_WITHIN = 16;

/**
 * Rewrites the server-sent events of a remote: `model` in each, whatever the rest holds. It gives out whole events only, so
 * that an error can follow where the remote breaks off.
 */
export class StreamRewriter {
  readonly #name: string;
  readonly #toErrorFrame: (json: string) => string;
  #rest: Buffer = Buffer.alloc(0);
  #event: Buffer[] = [];
  /** A line that ends the stream has come, and with the end of its event it is done. */
  #isEnding = false;
  #isDone = false;

  /** @param toErrorFrame makes the data of an error frame out of the remote's. */
  constructor(name: string, toErrorFrame: (json: string) => string) {
    this.#name = name;
    this.#toErrorFrame = toErrorFrame;
  }

  /** Its last event has come: `[DONE]`, or an error. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** The events that are whole with these bytes. */
  push(bytes: Buffer): Buffer {
    if (this.#isDone) return Buffer.alloc(0);
    const all = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes;
    const out: Buffer[] = [];
    let from = 0;
    for (let end = all.indexOf(NEWLINE); end !== -1; end = all.indexOf(NEWLINE, from)) {
      const line = all.subarray(from, all[end - 1] === RETURN && end > from ? end - 1 : end);
      from = end + 1;
      this.#event.push(...this.#rewrite(line), END_OF_LINE);
      if (line.length > 0) continue;
      if (this.#event.length > 2) out.push(...this.#event); // else an empty line and its end
      this.#event = [];
      this.#isDone = this.#isEnding;
      if (this.#isDone) break; // whatever comes behind it is no part of the answer
    }
    this.#rest = all.subarray(from);
    if (this.#rest.length > EVENT_LIMIT_BYTES || this.#event.length > 10_000) {
      throw new Error('an event of the stream has no end');
    }
    return Buffer.concat(out);
  }

  #rewrite(line: Buffer): Buffer[] {
    if (line[0] === COLON) return [COMMENT.subarray(0, -1)];
    if (!startsWith(line, DATA)) return [line];
    const data = line.subarray(DATA.length);
    const start = data[0] === 0x20 ? 1 : 0;
    if (startsWith(data.subarray(start), DONE)) {
      this.#isEnding = true;
      return [line];
    }
    if (data.subarray(0, ERROR_WITHIN).includes(ERROR)) {
      this.#isEnding = true;
      return [Buffer.from(`data: ${this.#toErrorFrame(data.toString())}`)];
    }
    return [line.subarray(0, DATA.length), new ModelRewriter(this.#name).push(data)];
  }
}

function startsWith(bytes: Buffer, start: Buffer): boolean {
  return bytes.length >= start.length && bytes.compare(start, 0, start.length, 0, start.length) === 0;
}
