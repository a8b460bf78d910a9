import type { BenchModel } from './models/bench-models.js';
import { BASELINES, withComparedSides } from './support/compared-sides.js';
import { interleave } from './support/interleave.js';
import { figure, markdownTable, withSpread } from './support/markdown-table.js';
import type { Bench, Question } from './support/question.js';
import type { Side, Timing } from './support/side.js';
import { quantile, ratios } from './support/statistics.js';

const ROUNDS = 25;
const TOKENS = 16;

/** How long does a call of 16 tokens take that does not stream? */
export const blockingCall: Question = async (bench) => {
  const rows = [
    ...(await measure(bench, bench.models.scripted)),
    ...(await measure(bench, bench.models.random)),
  ];
  return markdownTable(
    ['Model, baseline', 'gateway / baseline, median (quartiles)', 'gateway p50, ms', 'baseline p50, ms'],
    rows,
  );
};

async function measure({ folder, progress }: Bench, model: BenchModel): Promise<string[][]> {
  progress(`${model.name}: loading on three sides`);
  return withComparedSides(folder, model, async (sides) => {
    progress(`${model.name}: ${ROUNDS} rounds`);
    const ask = (side: Side) => () => side.ask({ tokens: TOKENS, stream: false });
    const timings = await interleave(
      { gateway: ask(sides.gateway), eventDriven: ask(sides.eventDriven), polling: ask(sides.polling) },
      ROUNDS,
      3,
    );
    const gateway = timings.gateway.map(durationMs);
    return BASELINES.map(([key, name]) => {
      const baseline = timings[key].map(durationMs);
      return [
        `${model.name}, ${name}`,
        withSpread(ratios(gateway, baseline)),
        figure(quantile(gateway, 0.5)),
        figure(quantile(baseline, 0.5)),
      ];
    });
  });
}

function durationMs({ endMs }: Timing): number {
  return endMs;
}
