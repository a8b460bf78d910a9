import type { BenchModel } from './models/bench-models.js';
import { baselineRows, compareSides } from './support/compared-sides.js';
import { figure, markdownTable, pair, withSpread } from './support/markdown-table.js';
import type { Bench, Question } from './support/question.js';
import { gapMs, type TimedCall, type Timing, tokensPerSecond } from './support/side.js';
import { ratios } from './support/statistics.js';

/** How fast does one stream go, and how smooth is it? */
export const throughput: Question = async (bench) => {
  const { scripted, random, large, story } = bench.models;
  const rows = [
    ...(await measure(bench, scripted, 256, 12)),
    ...(await measure(bench, random, 256, 6)),
    ...(await measure(bench, large, 96, 4)),
    ...(story ? await measure(bench, story, 128, 8) : []),
  ];
  return markdownTable(
    [
      'Model, baseline',
      'gateway / baseline, median (quartiles)',
      'gateway, tokens/s',
      'baseline, tokens/s',
      'gateway, gap p50 and p99, ms',
      'gateway, p99 / p50',
      'gateway, texts per token',
      'baseline, gap p50 and p99, ms',
    ],
    rows,
  );
};

async function measure(bench: Bench, model: BenchModel, tokens: number, rounds: number): Promise<string[][]> {
  const call: TimedCall = { tokens, stream: true };
  const timings = await compareSides(bench, model, call, rounds);
  return baselineRows(model, timings, (gateway, baseline) => {
    const [own, base] = [gateway.map(rate), baseline.map(rate)];
    const texts = gateway.reduce((sum, { textMs }) => sum + textMs.length, 0);
    const [middle, late] = [gapMs([gateway], 0.5), gapMs([gateway], 0.99)];
    return [
      withSpread(ratios(own, base)),
      withSpread(own),
      withSpread(base),
      pair(middle, late),
      middle > 0 ? figure(late / middle) : '–',
      figure(texts / (tokens * gateway.length)),
      pair(gapMs([baseline], 0.5), gapMs([baseline], 0.99)),
    ];
  });
}

function rate(timing: Timing): number {
  return tokensPerSecond([timing]);
}
