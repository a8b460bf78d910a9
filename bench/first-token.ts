import type { BenchModel } from './models/bench-models.js';
import { baselineRows, compareSides } from './support/compared-sides.js';
import { figure, markdownTable, withSpread } from './support/markdown-table.js';
import type { Bench, Question } from './support/question.js';
import { firstTextMs, type Timing } from './support/side.js';
import { quantile, ratios } from './support/statistics.js';

/** p99 of a hundred is the largest but one. */
const ROUNDS = 50;
const LARGE_ROUNDS = 15;
/** More than one, so that the first is not the last. */
const TOKENS = 4;

/** How long does a streaming client wait for the first text of a loaded model? */
export const firstToken: Question = async (bench) => {
  const { scripted, random, large, story } = bench.models;
  const rows = [
    ...(await measure(bench, scripted, ROUNDS)),
    ...(await measure(bench, random, ROUNDS)),
    ...(await measure(bench, large, LARGE_ROUNDS)),
    ...(story ? await measure(bench, story, ROUNDS) : []),
  ];
  return markdownTable(
    [
      'Model, baseline',
      'gateway / baseline, median (quartiles)',
      'p99 / p99',
      'gateway p50, ms',
      'p99, ms',
      'its first ten calls p50, ms',
      "p50 above the engine's own, ms",
      'baseline p50, ms',
      'p99, ms',
      "the engine's own p50 there, ms",
    ],
    rows,
  );
};

async function measure(bench: Bench, model: BenchModel, rounds: number): Promise<string[][]> {
  const timings = await compareSides(bench, model, { tokens: TOKENS, stream: true }, rounds);
  // The gateway's API does not tell it; that side has the same Bare entry.
  const engineMs = engineFirstTokenMs(timings.eventDriven);
  return baselineRows(model, timings, (gateway, baseline) => {
    const [ownMs, baseMs] = [gateway.map(firstTextMs), baseline.map(firstTextMs)];
    return [
      withSpread(ratios(ownMs, baseMs)),
      figure(quantile(ownMs, 0.99) / quantile(baseMs, 0.99)),
      figure(quantile(ownMs, 0.5)),
      figure(quantile(ownMs, 0.99)),
      figure(quantile(timings.firstCalls.map(firstTextMs), 0.5)),
      figure(quantile(ownMs, 0.5) - engineMs),
      figure(quantile(baseMs, 0.5)),
      figure(quantile(baseMs, 0.99)),
      figure(engineFirstTokenMs(baseline)),
    ];
  });
}

/** What the engine says itself, at the median; `NaN` where the side does not tell. */
function engineFirstTokenMs(timings: readonly Timing[]): number {
  return quantile(
    timings.flatMap(({ engineFirstTokenMs }) => engineFirstTokenMs ?? []),
    0.5,
  );
}
