import { type BenchGateway, startGateway } from './support/gateway-side.js';
import { interleave } from './support/interleave.js';
import { markdownTable, pair, withSpread } from './support/markdown-table.js';
import type { Question } from './support/question.js';
import { COMPARED_THREADS, firstTextMs, type Timing, tokensPerSecond } from './support/side.js';
import { quantile, ratios } from './support/statistics.js';
import { withStarted } from './support/with-started.js';

/** Calls at once. */
const CALLS = 8;
const TOKENS = 64;
const ROUNDS = 4;

/** What do eight calls at once gain when the model decodes them together, and what does a call that is alone lose? */
export const batching: Question = async ({ folder, models, progress }) => {
  progress('loading with parallel 1 and 8');
  const start = (parallel: number) => () =>
    startGateway(folder, [models.large], {
      config: { parallel },
      threads: [COMPARED_THREADS],
      clients: CALLS,
    });
  return withStarted({ one: start(1), together: start(CALLS) }, async ({ one, together }) => {
    progress(`${ROUNDS} rounds of ${CALLS} calls of ${TOKENS} tokens`);
    const rows: string[][] = [];
    for (const calls of [CALLS, 1]) {
      const timings = await interleave(
        { one: () => ask(one, calls), together: () => ask(together, calls) },
        ROUNDS,
        1,
      );
      const rates = {
        one: timings.one.map(tokensPerSecond),
        together: timings.together.map(tokensPerSecond),
      };
      rows.push([
        String(calls),
        withSpread(ratios(rates.together, rates.one)),
        withSpread(rates.one),
        withSpread(rates.together),
        firstTokens(timings.one),
        firstTokens(timings.together),
      ]);
    }
    return markdownTable(
      [
        'Calls at once',
        'parallel 8 / parallel 1, tokens/s together, median (quartiles)',
        'parallel 1, tokens/s',
        'parallel 8, tokens/s',
        'parallel 1, first token p50 and slowest, ms',
        'parallel 8, first token p50 and slowest, ms',
      ],
      rows,
    );
  });
};

function ask({ asks }: BenchGateway, calls: number): Promise<Timing[]> {
  return Promise.all(asks.slice(0, calls).map((ask) => ask({ tokens: TOKENS, stream: true })));
}

function firstTokens(rounds: readonly (readonly Timing[])[]): string {
  const all = rounds.flat().map(firstTextMs);
  return pair(quantile(all, 0.5), quantile(all, 1));
}
