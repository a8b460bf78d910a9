import { ConfigError } from './config-error.js';

/**
 * Parses a JSON config.
 * @throws {ConfigError} with line and column (both from 1), where V8 often tells neither.
 */
export function parseJsonConfig(file: string, content: string): unknown {
  const text = content.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = (error as SyntaxError).message;
    const before = text.slice(0, errorOffset(text, reason)).split('\n');
    const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
    throw new ConfigError(file, [
      { path: '', message: `not valid JSON at ${place}: ${shorten(reason)}${advice(text, before)}` },
    ]);
  }
}

function errorOffset(text: string, reason: string): number {
  const told = /at position (\d+)/.exec(reason)?.[1];
  if (told !== undefined) return Number(told);
  if (!isUnexpectedToken(reason)) return text.length;
  // V8 names the token but not its place: search for the shortest beginning of the text that fails alike.
  let good = 0;
  let bad = text.length;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (isUnexpectedToken(reasonOf(text.slice(0, middle)))) bad = middle;
    else good = middle;
  }
  return good;
}

function reasonOf(text: string): string {
  try {
    JSON.parse(text);
    return '';
  } catch (error) {
    return (error as SyntaxError).message;
  }
}

function isUnexpectedToken(reason: string): boolean {
  return reason.startsWith('Unexpected token');
}

/** V8's reason without the position, which we write better, and without the excerpt of the file. */
function shorten(reason: string): string {
  return reason
    .replace(/(?: in JSON)? at position.*/s, '')
    .replace(/, (?:\.\.\.)?".*is not valid JSON$/s, '');
}

function advice(text: string, before: readonly string[]): string {
  const rest = text.slice(before.join('\n').length);
  return /^\/[/*]/.test(rest) ? '; JSON has no comments, a .js or .ts config has' : '';
}
