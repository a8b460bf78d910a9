import { type GatewaySettings, startGateway } from './support/gateway-side.js';
import { interleave, SPIN_MS } from './support/interleave.js';
import { figure, markdownTable, withSpread } from './support/markdown-table.js';
import type { Question } from './support/question.js';
import { type BenchServer, firstTextMs, type Timing, tokensPerSecond } from './support/side.js';
import { quantile, ratios } from './support/statistics.js';
import { withStarted } from './support/with-started.js';

/** Calls at once. */
const CALLS = 2;
const TOKENS = 64;
const ROUNDS = 4;

/** Two calls at once of one model: one after the other, in two workers, or decoded together? */
export const replicas: Question = async ({ folder, models, progress }) => {
  progress('loading the model three times');
  const start = (settings: GatewaySettings) => () =>
    startGateway(folder, [models.large], { ...settings, clients: CALLS });
  const starts = {
    'one worker': start({}),
    '`replicas` 2': start({ entry: { replicas: CALLS } }),
    '`parallel` 2': start({ config: { parallel: CALLS } }),
  };
  return withStarted(starts, async (gateways) => {
    progress(`${ROUNDS} rounds of ${CALLS} calls of ${TOKENS} tokens`);
    const variants = Object.entries(gateways).map(([name, gateway]) => [name, () => ask(gateway)]);
    const timings = await interleave<keyof typeof starts, Timing[]>(
      Object.fromEntries(variants),
      ROUNDS,
      1,
      SPIN_MS,
    );
    const base = timings['one worker'].map(tokensPerSecond);
    const rows = Object.entries(timings).map(([name, rounds]) => {
      const rates = rounds.map(tokensPerSecond);
      const firstMs = rounds.flat().map(firstTextMs);
      return [
        name,
        withSpread(ratios(rates, base)),
        withSpread(rates),
        figure(quantile(firstMs, 0.5)),
        figure(quantile(firstMs, 1)),
      ];
    });
    return markdownTable(
      [
        'Two calls at once',
        'compared with one worker, tokens/s together, median (quartiles)',
        'tokens/s together',
        'first token p50, ms',
        'slowest, ms',
      ],
      rows,
    );
  });
};

function ask({ asks }: BenchServer): Promise<Timing[]> {
  return Promise.all(asks.map((ask) => ask({ tokens: TOKENS, stream: true })));
}
