import type { ApiError } from '../protocol/errors.js';
import { ModelRewriter } from './model-rewriter.js';
import { fromErrorFrame, malformed, type Sayer } from './remote-error.js';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const COLON = 0x3a;
const DATA = Buffer.from('data:');
const DONE = Buffer.from('[DONE]');
const ERROR = Buffer.from('"error"');
const END_OF_LINE = Buffer.from('\n');

/** Of one event. */
const EVENT_LIMIT_BYTES = 16 * 1024 * 1024;

/** Where `"error"` stands in a frame that is one: first. */
const ERROR_WITHIN = 16;

/**
 * Rewrites the server-sent events of a remote: `model` in each, whatever the rest holds. It gives out whole events only, so
 * that an error can follow where the remote breaks off; and no comments: they say that the remote lives, not the way to it.
 */
export class StreamRewriter {
  readonly #name: string;
  readonly #remote: Sayer;
  #rest: Buffer = Buffer.alloc(0);
  #event: Buffer[] = [];
  /** A line that ends the stream has come, and with the end of its event it is done. */
  #isEnding = false;
  #isDone = false;
  #error: ApiError | undefined;

  /**
   * @param name what `model` is to be.
   * @param remote whose events they are.
   */
  constructor(name: string, remote: Sayer) {
    this.#name = name;
    this.#remote = remote;
  }

  /** Its last event has come: `[DONE]`, or an error. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** What the remote has ended it with. The event that says so is not given out. */
  get error(): ApiError | undefined {
    return this.#error;
  }

  /**
   * The events that are whole with these bytes.
   *
   * @throws {ApiError} `remote_error` if one has no end.
   */
  push(bytes: Buffer): Buffer {
    if (this.#isDone) return Buffer.alloc(0);
    const all = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes;
    const out: Buffer[] = [];
    let from = 0;
    for (let end = all.indexOf(NEWLINE); end !== -1; end = all.indexOf(NEWLINE, from)) {
      const line = all.subarray(from, all[end - 1] === RETURN && end > from ? end - 1 : end);
      from = end + 1;
      if (line.length > 0) {
        if (line[0] !== COLON) this.#event.push(...this.#rewrite(line), END_OF_LINE);
        continue;
      }
      if (this.#event.length > 0 && this.#error === undefined) out.push(...this.#event, END_OF_LINE);
      this.#event = [];
      this.#isDone = this.#isEnding;
      if (this.#isDone) break; // whatever comes behind it is no part of the answer
    }
    this.#rest = all.subarray(from);
    if (this.#rest.length > EVENT_LIMIT_BYTES || this.#event.length > 10_000) {
      throw malformed(this.#remote.name, 'sends an event that has no end');
    }
    return Buffer.concat(out);
  }

  #rewrite(line: Buffer): Buffer[] {
    if (!startsWith(line, DATA)) return [line];
    const data = line.subarray(DATA.length);
    const start = data[0] === 0x20 ? 1 : 0;
    if (startsWith(data.subarray(start), DONE)) {
      this.#isEnding = true;
      return [line];
    }
    if (isError(data)) {
      this.#isEnding = true;
      this.#error = fromErrorFrame(this.#remote, data.toString());
    }
    return [line.subarray(0, DATA.length), new ModelRewriter(this.#name).push(data)];
  }
}

/** Some servers say in each event that there is none: `"error":null`. */
function isError(data: Buffer): boolean {
  if (!data.subarray(0, ERROR_WITHIN).includes(ERROR)) return false;
  try {
    return (JSON.parse(data.toString()) as { error?: unknown } | null)?.error != null;
  } catch {
    return true;
  }
}

function startsWith(bytes: Buffer, start: Buffer): boolean {
  return bytes.length >= start.length && bytes.compare(start, 0, start.length, 0, start.length) === 0;
}
