import { median, quantile } from './statistics.js';

/** In place of a figure. */
const NONE = '–';

/** A Markdown table whose first column is text and whose others are figures. What a row does not have is a dash. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(head),
    line(head.map((_, column) => (column === 0 ? '---' : '---:'))),
    ...rows.map((row) => line(head.map((_, column) => row[column] ?? NONE))),
  ].join('\n');
}

/** A figure with three significant digits, without an exponent; a dash for what was not measured. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return NONE;
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** The median, and in brackets the quarter and the three-quarter point: half of all rounds lie between them. */
export function withSpread(values: readonly number[]): string {
  if (values.every(Number.isNaN)) return 'not measured';
  return `${figure(median(values))} (${figure(quantile(values, 0.25))}–${figure(quantile(values, 0.75))})`;
}

/** Two figures of one column whose name has both. */
export function pair(one: number, other: number): string {
  return `${figure(one)} and ${figure(other)}`;
}
