import { InvalidArgumentError } from 'commander';
import { LOG_LEVELS, type LogLevel } from '../../telemetry/log-level.js';

export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('It must be a number from 0 to 65535.');
}

/** What other programs' settings may have left in the environment is read kindly. */
export function parseLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((one) => one === (text.toLowerCase() || 'info'));
  if (level) return level;
  throw new InvalidArgumentError(`It must be one of ${LOG_LEVELS.join(', ')}.`);
}

/** The base URL that clients are set to, with `/v1`, will do too. */
export function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') {
    return `${url.origin}${url.pathname.replace(/\/(?:v1\/?)?$/, '')}`;
  }
  throw new InvalidArgumentError('It must be a URL, as http://127.0.0.1:11434.');
}

export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (/^\d+$/.test(text) && seconds <= 86_400) return seconds;
  throw new InvalidArgumentError('It must be a whole number of seconds, up to 86400.');
}

/** Parses a count that lies between two others. */
export function parseCount(least: number, most: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (/^\d+$/.test(text) && count >= least && count <= most) return count;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** A size as people write it, `2GB` or `500m`, in bytes. */
export function parseBytes(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmgt]?)b?$/i.exec(text) ?? [];
  const bytes = Number(digits) * (UNITS[unit.toLowerCase()] ?? 1);
  if (digits !== '' && bytes > 0) return bytes;
  throw new InvalidArgumentError('It must be a size, as 2GB or 500MB.');
}

/** For an option that may be given several times. */
export function collect(value: string, values: readonly string[]): string[] {
  return [...values, value];
}
