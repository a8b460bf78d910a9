import type { BenchModel } from './models/bench-models.js';
import { baselineRows, compareSides } from './support/compared-sides.js';
import { figure, markdownTable, withSpread } from './support/markdown-table.js';
import type { Bench, Question } from './support/question.js';
import { firstTextMs } from './support/side.js';
import { median, ratios } from './support/statistics.js';

/** How long does a call of 16 tokens take that does not stream? */
export const blockingCall: Question = async (bench) => {
  const { scripted, random, story } = bench.models;
  const rows = [
    ...(await measure(bench, scripted)),
    ...(await measure(bench, random)),
    ...(story ? await measure(bench, story) : []),
  ];
  return markdownTable(
    ['Model, baseline', 'gateway / baseline, median (quartiles)', 'gateway p50, ms', 'baseline p50, ms'],
    rows,
  );
};

async function measure(bench: Bench, model: BenchModel): Promise<string[][]> {
  const call = { tokens: 16, stream: false };
  const timings = await compareSides(bench, model, call, 25);
  return baselineRows(model, timings, (gateway, baseline) => {
    const [ownMs, baseMs] = [gateway.map(firstTextMs), baseline.map(firstTextMs)];
    return [withSpread(ratios(ownMs, baseMs)), figure(median(ownMs)), figure(median(baseMs))];
  });
}
