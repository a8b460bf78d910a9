import type { DestinationStream } from 'pino';
import { type LogLine, parseLogLine } from './log-line.js';

/** Lines that are kept. */
const MOST_LINES = 1_000;

/** What they may take, in characters: a line with what an engine wrote last is long. */
const MOST_CHARS = 1024 * 1024;

type Listener = (line: LogLine) => void;

/**
 * The last lines of the log, for whoever comes to look, and the next ones as they come. Lines are kept as they were
 * written and only parsed when somebody reads them.
 */
export class LogBuffer implements DestinationStream {
  readonly #lines: string[] = [];
  readonly #listeners = new Set<Listener>();
  #chars = 0;

  /** @param text a line of JSON, as pino writes it. */
  write(text: string): void {
    this.#lines.push(text);
    this.#chars += text.length;
    while (this.#lines.length > MOST_LINES || this.#chars > MOST_CHARS) {
      this.#chars -= this.#lines.shift()?.length ?? 0;
    }
    if (this.#listeners.size === 0) return;
    const line = parseLogLine(text);
    for (const listen of this.#listeners) listen(line);
  }

  /** The last lines that match, oldest first. */
  last(limit: number, matches: (line: LogLine) => boolean): LogLine[] {
    const found: LogLine[] = [];
    for (let at = this.#lines.length - 1; at >= 0 && found.length < limit; at -= 1) {
      const line = parseLogLine(this.#lines[at] as string);
      if (matches(line)) found.push(line);
    }
    return found.reverse();
  }

  /** @returns a function that ends it. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
