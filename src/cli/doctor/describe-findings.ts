import type { Finding } from './finding.js';

const MARKS = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' } as const;

/** Findings for people: a line each, and under it what to do. */
export function describeFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  return findings
    .map(({ check, status, message, advice }) => {
      const indent = ' '.repeat(width + 8);
      const lines = [...message.split('\n'), ...(advice?.split('\n').map((line) => `→ ${line}`) ?? [])];
      return `${MARKS[status]}  ${check.padEnd(width)}  ${lines.join(`\n${indent}`)}\n`;
    })
    .join('');
}
