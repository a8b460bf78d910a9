import { EXIT } from './exit-codes.js';

const ENTER = '\x1b[?1049h\x1b[?25l'; // the other screen, no cursor
const LEAVE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const CLEAR_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';

/** Several keys may come at once: of a hurried person, or over a slow line. */
const QUIT = ['q', 'Q', '\x03'];

/** A terminal's whole screen, lent to a program. */
interface Screen {
  /** Aborts when somebody presses q or Ctrl+C. */
  readonly closing: AbortSignal;
  /** Shows these lines, as many and as much of each as there is room for. */
  draw(lines: readonly string[]): void;
  /** Gives back what was there before. */
  close(): void;
}

/** Takes the terminal's screen. However the process ends (but for SIGKILL), it is given back. */
export function openScreen(): Screen {
  const { stdin, stdout } = process;
  const closing = new AbortController();
  const restore = (): void => {
    if (stdin.isTTY) stdin.setRawMode(false);
    stdout.write(LEAVE);
  };
  const onSignal = (): never => process.exit(EXIT.failure);
  const onKey = (key: Buffer): void => {
    if (QUIT.some((quit) => key.includes(quit))) closing.abort();
  };
  const onInterrupt = (): void => closing.abort(); // if stdin is no terminal

  process.once('exit', restore);
  process.on('SIGINT', onInterrupt);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  stdout.write(ENTER);
  if (stdin.isTTY) stdin.setRawMode(true).on('data', onKey);

  return {
    closing: closing.signal,
    draw(lines) {
      // Some terminals have not been told their size.
      const [rows, columns] = [stdout.rows || 24, stdout.columns || 80];
      const shown = lines.slice(0, rows).map((line) => line.slice(0, columns) + CLEAR_LINE);
      stdout.write(HOME + shown.join('\r\n') + CLEAR_BELOW);
    },
    close() {
      restore();
      process.off('exit', restore);
      process.off('SIGINT', onInterrupt);
      for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.off(signal, onSignal);
      stdin.off('data', onKey).pause();
    },
  };
}
