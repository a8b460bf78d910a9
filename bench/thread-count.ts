import { availableParallelism } from 'node:os';
import type { BenchModel } from './models/bench-models.js';
import { startGateway } from './support/gateway-side.js';
import { interleave, SPIN_MS } from './support/interleave.js';
import { markdownTable, pair, withSpread } from './support/markdown-table.js';
import type { Bench, Question } from './support/question.js';
import { type BenchServer, firstTextMs, gapMs, type Timing, tokensPerSecond } from './support/side.js';
import { quantile, ratios } from './support/statistics.js';
import { withStarted } from './support/with-started.js';

/** Of a model whose threads spin against one another: it may be a hundred times slower. */
const CROWDED_TOKENS = 48;

/** What does a gateway's only model gain by all cores, and what do two models lose that have a thread too many? */
export const threadCount: Question = async (bench) => {
  const { scripted, random } = bench.models;
  const all = availableParallelism();
  const rows = [
    ...(await measure(bench, scripted, [[1], [all]], 256, 12)),
    ...(await measure(bench, random, [[1], [all]], 256, 5)),
    ...(await measure(
      bench,
      random,
      [
        [1, 1],
        [all, 1],
        [all, all],
      ],
      CROWDED_TOKENS,
      4,
    )),
  ];
  return markdownTable(
    [
      'Threads of each model',
      'compared with one thread each, tokens/s together, median (quartiles)',
      'first token / first token',
      'tokens/s together',
      'first token p50 and slowest, ms',
      'gap p50 and p99, ms',
    ],
    rows,
  );
};

/** One row for each setting, a model for each number in it; all are compared with the first. */
async function measure(
  { folder, progress }: Bench,
  model: BenchModel,
  settings: readonly (readonly number[])[],
  tokens: number,
  rounds: number,
): Promise<string[][]> {
  const names = settings.map((threads) => `${model.name}, ${threads.join(' and ')}`);
  progress(`loading: ${names.join('; ')}`);
  const starts = settings.map((threads, index) => [
    names[index],
    () =>
      startGateway(
        folder,
        threads.map(() => model),
        { threads },
      ),
  ]);
  return withStarted<string, BenchServer, string[][]>(Object.fromEntries(starts), async (gateways) => {
    progress(`${rounds} rounds of ${tokens} tokens`);
    const variants = Object.entries(gateways).map(([name, { asks }]) => [
      name,
      () => Promise.all(asks.map((ask) => ask({ tokens, stream: true }))),
    ]);
    const timings = await interleave<string, Timing[]>(Object.fromEntries(variants), rounds, 1, SPIN_MS);
    const [base = []] = Object.values(timings);
    return Object.entries(timings).map(([name, streams]) => {
      const rates = streams.map(tokensPerSecond);
      const firstMs = streams.map(slowestFirstMs);
      return [
        name,
        withSpread(ratios(rates, base.map(tokensPerSecond))),
        withSpread(ratios(firstMs, base.map(slowestFirstMs))),
        withSpread(rates),
        pair(quantile(firstMs, 0.5), quantile(firstMs, 1)),
        pair(gapMs(streams, 0.5), gapMs(streams, 0.99)),
      ];
    });
  });
}

function slowestFirstMs(streams: readonly Timing[]): number {
  return Math.max(...streams.map(firstTextMs));
}
