import type { BenchModel } from './models/bench-models.js';
import { BASELINES, withComparedSides } from './support/compared-sides.js';
import { interleave } from './support/interleave.js';
import { figure, markdownTable, withSpread } from './support/markdown-table.js';
import type { Bench, Question } from './support/question.js';
import { gapsMs, type Side, type Timing, tokensPerSecond } from './support/side.js';
import { quantile, ratios } from './support/statistics.js';

const TOKENS = 256;

/** How fast does one stream go, and how smooth is it? */
export const throughput: Question = async (bench) => {
  const rows = [
    ...(await measure(bench, bench.models.scripted, 12)),
    ...(await measure(bench, bench.models.random, 6)),
  ];
  return markdownTable(
    [
      'Model, baseline',
      'gateway / baseline, median (quartiles)',
      'gateway, tokens/s',
      'baseline, tokens/s',
      'gateway, gap p50 and p99, ms',
      'baseline, gap p50 and p99, ms',
    ],
    rows,
  );
};

async function measure({ folder, progress }: Bench, model: BenchModel, rounds: number): Promise<string[][]> {
  progress(`${model.name}: loading on three sides`);
  return withComparedSides(folder, model, async (sides) => {
    progress(`${model.name}: ${rounds} rounds of ${TOKENS} tokens`);
    const ask = (side: Side) => () => side.ask({ tokens: TOKENS, stream: true });
    const timings = await interleave(
      { gateway: ask(sides.gateway), eventDriven: ask(sides.eventDriven), polling: ask(sides.polling) },
      rounds,
      1,
    );
    const gateway = timings.gateway.map(rate);
    return BASELINES.map(([key, name]) => {
      const baseline = timings[key].map(rate);
      return [
        `${model.name}, ${name}`,
        withSpread(ratios(gateway, baseline)),
        withSpread(gateway),
        withSpread(baseline),
        gaps(timings.gateway),
        gaps(timings[key]),
      ];
    });
  });
}

function gaps(timings: readonly Timing[]): string {
  const all = timings.flatMap(gapsMs);
  return `${figure(quantile(all, 0.5))} and ${figure(quantile(all, 0.99))}`;
}

function rate(timing: Timing): number {
  return tokensPerSecond([timing]);
}
