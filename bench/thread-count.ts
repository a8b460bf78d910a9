import { availableParallelism } from 'node:os';
import type { BenchModel } from './models/bench-models.js';
import { startGateway } from './support/gateway-side.js';
import { interleave } from './support/interleave.js';
import { figure, markdownTable, withSpread } from './support/markdown-table.js';
import type { Bench, Question } from './support/question.js';
import { firstTextMs, gapsMs, type Timing, tokensPerSecond } from './support/side.js';
import { quantile, ratios } from './support/statistics.js';

const TOKENS = 256;

/** What does a gateway's only model gain when llama.cpp gets all cores instead of one? */
export const threadCount: Question = async (bench) => {
  const rows = [
    await measure(bench, bench.models.scripted, 20),
    await measure(bench, bench.models.random, 6),
  ];
  const cores = availableParallelism();
  return markdownTable(
    [
      'Model',
      `${cores} threads / 1 thread, tokens/s, median (quartiles)`,
      'first token / first token',
      '1 thread, tokens/s',
      `${cores} threads, tokens/s`,
      '1 thread, first token p50 and slowest, ms',
      `${cores} threads, first token p50 and slowest, ms`,
      '1 thread, gap p99, ms',
      `${cores} threads, gap p99, ms`,
    ],
    rows,
  );
};

async function measure({ folder, progress }: Bench, model: BenchModel, rounds: number): Promise<string[]> {
  progress(`${model.name}: loading with one thread and with all`);
  const one = await startGateway(folder, [model], { threads: 1 });
  try {
    const all = await startGateway(folder, [model], { threads: availableParallelism() });
    try {
      progress(`${model.name}: ${rounds} rounds of ${TOKENS} tokens`);
      const ask = ([ask]: typeof one.asks) => {
        if (!ask) throw new Error('the gateway has no model');
        return () => ask({ tokens: TOKENS, stream: true });
      };
      const timings = await interleave({ one: ask(one.asks), all: ask(all.asks) }, rounds, 1);
      const rates = {
        one: timings.one.map(rate),
        all: timings.all.map(rate),
      };
      const first = { one: timings.one.map(firstTextMs), all: timings.all.map(firstTextMs) };
      return [
        model.name,
        withSpread(ratios(rates.all, rates.one)),
        withSpread(ratios(first.all, first.one)),
        withSpread(rates.one),
        withSpread(rates.all),
        `${figure(quantile(first.one, 0.5))} and ${figure(quantile(first.one, 1))}`,
        `${figure(quantile(first.all, 0.5))} and ${figure(quantile(first.all, 1))}`,
        figure(quantile(timings.one.flatMap(gapsMs), 0.99)),
        figure(quantile(timings.all.flatMap(gapsMs), 0.99)),
      ];
    } finally {
      await all.stop();
    }
  } finally {
    await one.stop();
  }
}

function rate(timing: Timing): number {
  return tokensPerSecond([timing]);
}
