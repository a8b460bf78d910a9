import { writeLargeModel } from './models/bench-models.js';
import { type BenchGateway, startGateway } from './support/gateway-side.js';
import { interleave } from './support/interleave.js';
import { figure, markdownTable, withSpread } from './support/markdown-table.js';
import type { Question } from './support/question.js';
import { COMPARED_THREADS, firstTextMs, type Timing, tokensPerSecond } from './support/side.js';
import { quantile, ratios } from './support/statistics.js';

/** Calls at once. */
const CALLS = 8;
const TOKENS = 64;
const ROUNDS = 5;

/** What do eight calls at once gain when the model decodes them together, and what does a call that is alone lose? */
export const batching: Question = async ({ folder, progress }) => {
  progress('writing the model, loading it with parallel 1 and 8');
  const model = await writeLargeModel(folder);
  const settings = { threads: COMPARED_THREADS, clients: CALLS };
  const one = await startGateway(folder, [model], { ...settings, parallel: 1 });
  try {
    const together = await startGateway(folder, [model], { ...settings, parallel: CALLS });
    try {
      progress(`${ROUNDS} rounds of ${CALLS} calls of ${TOKENS} tokens`);
      const timings = await interleave(
        {
          one: () => ask(one, CALLS),
          together: () => ask(together, CALLS),
          oneAlone: () => ask(one, 1),
          togetherAlone: () => ask(together, 1),
        },
        ROUNDS,
        1,
      );
      const rates = {
        one: timings.one.map(tokensPerSecond),
        together: timings.together.map(tokensPerSecond),
        oneAlone: timings.oneAlone.map(tokensPerSecond),
        togetherAlone: timings.togetherAlone.map(tokensPerSecond),
      };
      return markdownTable(
        [
          'Calls at once',
          'parallel 8 / parallel 1, tokens/s together, median (quartiles)',
          'parallel 1, tokens/s',
          'parallel 8, tokens/s',
          'parallel 1, first token p50 and slowest, ms',
          'parallel 8, first token p50 and slowest, ms',
        ],
        [
          [
            String(CALLS),
            withSpread(ratios(rates.together, rates.one)),
            withSpread(rates.one),
            withSpread(rates.together),
            firstTokens(timings.one),
            firstTokens(timings.together),
          ],
          [
            '1',
            withSpread(ratios(rates.togetherAlone, rates.oneAlone)),
            withSpread(rates.oneAlone),
            withSpread(rates.togetherAlone),
            firstTokens(timings.oneAlone),
            firstTokens(timings.togetherAlone),
          ],
        ],
      );
    } finally {
      await together.stop();
    }
  } finally {
    await one.stop();
  }
};

function ask({ asks }: BenchGateway, calls: number): Promise<Timing[]> {
  return Promise.all(asks.slice(0, calls).map((ask) => ask({ tokens: TOKENS, stream: true })));
}

function firstTokens(rounds: readonly (readonly Timing[])[]): string {
  const all = rounds.flat().map(firstTextMs);
  return `${figure(quantile(all, 0.5))} and ${figure(quantile(all, 1))}`;
}
