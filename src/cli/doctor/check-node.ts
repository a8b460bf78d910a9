import type { Finding } from './finding.js';

const CHECK = 'Node';

/** @param engines what package.json asks for, as `>=20.11`. */
export function checkNode(version: string, engines: string): Finding {
  const [least = 0, leastMinor = 0] = engines.replace(/^>=/, '').split('.').map(Number);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const message = `${version}; needed is ${engines}`;
  if (major > least || (major === least && minor >= leastMinor)) {
    return { check: CHECK, status: 'ok', message };
  }
  return { check: CHECK, status: 'fail', message, advice: `Install Node ${least}.${leastMinor} or newer.` };
}
