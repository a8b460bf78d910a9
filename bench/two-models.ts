import type { BenchModel } from './models/bench-models.js';
import { startGateway } from './support/gateway-side.js';
import { interleave } from './support/interleave.js';
import { figure, markdownTable, withSpread } from './support/markdown-table.js';
import type { Bench, Question } from './support/question.js';
import { gapsMs, type Side, type Timing, tokensPerSecond } from './support/side.js';
import { quantile, ratios } from './support/statistics.js';

const TOKENS = 256;

/** Do two models that stream at once make as many tokens as one that has the machine to itself? */
export const twoModels: Question = async (bench) => {
  const rows = [
    ...(await measure(bench, bench.models.scripted, 12)),
    ...(await measure(bench, bench.models.random, 6)),
  ];
  return markdownTable(
    [
      'Model',
      'two at once / only model, tokens/s together, median (quartiles)',
      'p99 gap / p99 gap',
      'only model, tokens/s',
      'one of two, other idle, tokens/s',
      'two at once, tokens/s together',
      'only model, gap p50 and p99, ms',
      'two at once, gap p50 and p99, ms',
    ],
    rows,
  );
};

async function measure({ folder, progress }: Bench, model: BenchModel, rounds: number): Promise<string[][]> {
  progress(`${model.name}: loading it alone and twice`);
  const single = await startGateway(folder, [model]);
  try {
    const double = await startGateway(folder, [model, model]);
    try {
      progress(`${model.name}: ${rounds} rounds of ${TOKENS} tokens`);
      const timings = await interleave(
        {
          only: () => askAll(single.asks),
          oneOfTwo: () => askAll(double.asks.slice(0, 1)),
          both: () => askAll(double.asks),
        },
        rounds,
        1,
      );
      const only = timings.only.map(tokensPerSecond);
      const both = timings.both.map(tokensPerSecond);
      return [
        [
          model.name,
          withSpread(ratios(both, only)),
          figure(gap(timings.both, 0.99) / gap(timings.only, 0.99)),
          withSpread(only),
          withSpread(timings.oneOfTwo.map(tokensPerSecond)),
          withSpread(both),
          gaps(timings.only),
          gaps(timings.both),
        ],
      ];
    } finally {
      await double.stop();
    }
  } finally {
    await single.stop();
  }
}

function askAll(asks: readonly Side['ask'][]): Promise<Timing[]> {
  return Promise.all(asks.map((ask) => ask({ tokens: TOKENS, stream: true })));
}

function gap(rounds: readonly (readonly Timing[])[], q: number): number {
  return quantile(rounds.flat().flatMap(gapsMs), q);
}

function gaps(rounds: readonly (readonly Timing[])[]): string {
  return `${figure(gap(rounds, 0.5))} and ${figure(gap(rounds, 0.99))}`;
}
