import { type BenchGateway, startFront, startGateway } from './support/gateway-side.js';
import { interleave, SPIN_MS } from './support/interleave.js';
import { figure, markdownTable, pair, withSpread } from './support/markdown-table.js';
import type { Question } from './support/question.js';
import { COMPARED_THREADS, firstTextMs, gapMs, type Timing, tokensPerSecond } from './support/side.js';
import { median, ratios } from './support/statistics.js';
import { warmUp } from './support/warm-up.js';
import { withStarted } from './support/with-started.js';

const TOKENS = 64;
const ROUNDS = 5;
const CALLS = [1, 2, 4] as const;

/**
 * Two gateways that are bound to a core each, as two machines, behind a third: do they serve twice as much as one? Only Linux
 * binds a process to a core.
 */
export const twoMachines: Question = async ({ folder, models, progress }) => {
  if (process.platform !== 'linux') return 'not measured';
  const machine = (core: number) => () =>
    startGateway(folder, [models.large, models.scripted], {
      threads: [COMPARED_THREADS, COMPARED_THREADS],
      core,
    });
  progress('loading the model twice');
  return withStarted({ one: machine(0), other: machine(1) }, async ({ one, other }) => {
    const front =
      (...machines: readonly BenchGateway[]) =>
      () =>
        startFront(
          folder,
          ['model-0', 'model-1'].map((model) => machines.map((gateway) => ({ gateway, model }))),
          Math.max(...CALLS),
        );
    return withStarted({ single: front(one), both: front(one, other) }, async ({ single, both }) => {
      progress('warming up');
      for (const { asks } of [single, both]) {
        const scripted = asks.at(-1);
        if (scripted) await warmUp(scripted, { tokens: TOKENS, stream: true });
      }
      const rows: string[][] = [];
      for (const calls of CALLS) {
        progress(`${calls} at once: ${ROUNDS} rounds of ${TOKENS} tokens`);
        const ask = (gateway: BenchGateway) => (): Promise<Timing[]> =>
          Promise.all(gateway.asks.slice(0, calls).map((one) => one({ tokens: TOKENS, stream: true })));
        const timings = await interleave({ single: ask(single), both: ask(both) }, ROUNDS, 1, SPIN_MS);
        const [base, rates] = [timings.single.map(tokensPerSecond), timings.both.map(tokensPerSecond)];
        const slowest = (rounds: readonly Timing[][]): number =>
          median(rounds.map((streams) => Math.max(...streams.map(firstTextMs))));
        rows.push([
          `${calls}`,
          withSpread(ratios(rates, base)),
          figure(median(base)),
          figure(median(rates)),
          pair(slowest(timings.single), slowest(timings.both)),
          pair(gapMs(timings.single, 0.99), gapMs(timings.both, 0.99)),
        ]);
      }
      return markdownTable(
        [
          'Calls at once',
          'two machines / one, tokens/s together, median (quartiles)',
          'one, tokens/s together',
          'two, tokens/s together',
          'slowest first token, one and two, ms',
          'p99 gap, one and two, ms',
        ],
        rows,
      );
    });
  });
};
