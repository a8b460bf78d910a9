import { type Answer, answerRate } from '../chat/answer.js';
import { toTable } from '../table.js';

/** Of many times, the one in the middle and the one that few are above. */
interface Spread {
  readonly p50: number | null;
  readonly p99: number | null;
}

/** What a bench has found. */
export interface BenchReport {
  readonly model: string;
  readonly requests: number;
  readonly concurrency: number;
  readonly max_tokens: number;
  readonly completion_tokens: number;
  readonly duration_ms: number;
  readonly first_token_ms: Spread;
  readonly inter_token_ms: Spread;
  /** Of one answer, once its first token had come: the middle one. */
  readonly tokens_per_second_per_stream: number | null;
  /** Of all together, waits included. */
  readonly tokens_per_second_total: number;
}

/** @param durationMs from the first question to the last answer's end. */
export function toBenchReport(
  model: string,
  asked: { readonly concurrency: number; readonly maxTokens: number },
  answers: readonly Answer[],
  durationMs: number,
): BenchReport {
  const tokens = answers.reduce((sum, { completionTokens }) => sum + completionTokens, 0);
  const spread = (times: readonly number[]): Spread => ({
    p50: percentile(times, 50),
    p99: percentile(times, 99),
  });
  return {
    model,
    requests: answers.length,
    concurrency: asked.concurrency,
    max_tokens: asked.maxTokens,
    completion_tokens: tokens,
    duration_ms: durationMs,
    first_token_ms: spread(answers.flatMap(({ firstTokenMs }) => firstTokenMs ?? [])),
    inter_token_ms: spread(answers.flatMap(({ gapsMs }) => gapsMs)),
    tokens_per_second_per_stream: percentile(
      answers.flatMap((answer) => answerRate(answer) ?? []),
      50,
    ),
    tokens_per_second_total: (tokens * 1000) / durationMs,
  };
}

/** The value that so many of a hundred are not above; `null` of none. */
export function percentile(values: readonly number[], percent: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? null;
}

/** The same for people. */
export function describeBench(report: BenchReport): string {
  const { first_token_ms: first, inter_token_ms: gap } = report;
  const { requests, concurrency, completion_tokens: tokens } = report;
  const head = `${report.model}: ${requests} requests, ${concurrency} at a time, ${tokens} tokens in ${(report.duration_ms / 1000).toFixed(1)} s\n\n`;
  return (
    head +
    toTable([
      ['', 'P50', 'P99'],
      ['first token', toMs(first.p50), toMs(first.p99)],
      ['between tokens', toMs(gap.p50), toMs(gap.p99)],
      ['tokens/s of one stream', toRate(report.tokens_per_second_per_stream), ''],
      ['tokens/s of all', toRate(report.tokens_per_second_total), ''],
    ])
  );
}

function toMs(ms: number | null): string {
  return ms === null ? '-' : `${ms.toFixed(1)} ms`;
}

function toRate(rate: number | null): string {
  return rate === null ? '-' : rate.toFixed(1);
}
