import type { BenchModel } from './models/bench-models.js';
import { startGateway } from './support/gateway-side.js';
import { interleave, SPIN_MS } from './support/interleave.js';
import { figure, markdownTable, pair, withSpread } from './support/markdown-table.js';
import { isOfficialCompared, startOfficial } from './support/official-side.js';
import type { Bench, Question } from './support/question.js';
import { type BenchServer, gapMs, type Side, type Timing, tokensPerSecond } from './support/side.js';
import { median, ratios } from './support/statistics.js';
import { withStarted } from './support/with-started.js';

/** Of one model with a server. */
interface Load {
  readonly tokens: number;
  readonly rounds: number;
}

type Start = (models: readonly BenchModel[]) => Promise<BenchServer>;

/** The official server's are slow beside each other: all threads of both spin on all cores. */
const OFFICIAL: Load = { tokens: 32, rounds: 3 };

/** Do two models that stream at once make as many tokens as one that has the machine to itself? */
export const twoModels: Question = async (bench) => {
  const { scripted, random, large, story } = bench.models;
  const gateway: Start = (models) => startGateway(bench.folder, models);
  const official: Start = (models) => startOfficial(bench.folder, models);
  const rows = [
    await measure(bench, gateway, scripted, { tokens: 256, rounds: 8 }),
    await measure(bench, gateway, random, { tokens: 256, rounds: 4 }),
    await measure(bench, gateway, large, { tokens: 96, rounds: 3 }),
    ...(story ? [await measure(bench, gateway, story, { tokens: 128, rounds: 8 })] : []),
  ];
  for (const model of [scripted, random]) {
    const named = { ...model, name: `${model.name}, official server` };
    rows.push(
      isOfficialCompared() ? await measure(bench, official, named, OFFICIAL) : [named.name, 'not measured'],
    );
  }
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

async function measure(
  { progress }: Bench,
  start: Start,
  model: BenchModel,
  { tokens, rounds }: Load,
): Promise<string[]> {
  progress(`${model.name}: loading it alone and twice`);
  const starts = { single: () => start([model]), double: () => start([model, model]) };
  return withStarted(starts, async ({ single, double }) => {
    progress(`${model.name}: ${rounds} rounds of ${tokens} tokens`);
    const askAll = (asks: readonly Side['ask'][]): Promise<Timing[]> =>
      Promise.all(asks.map((ask) => ask({ tokens, stream: true })));
    const timings = await interleave(
      {
        only: () => askAll(single.asks),
        oneOfTwo: () => askAll(double.asks.slice(0, 1)),
        both: () => askAll(double.asks),
      },
      rounds,
      1,
      SPIN_MS,
    );
    const only = timings.only.map(tokensPerSecond);
    const both = timings.both.map(tokensPerSecond);
    return [
      model.name,
      withSpread(ratios(both, only)),
      figure(gapMs(timings.both, 0.99) / gapMs(timings.only, 0.99)),
      figure(median(only)),
      figure(median(timings.oneOfTwo.map(tokensPerSecond))),
      figure(median(both)),
      pair(gapMs(timings.only, 0.5), gapMs(timings.only, 0.99)),
      pair(gapMs(timings.both, 0.5), gapMs(timings.both, 0.99)),
    ];
  });
}
