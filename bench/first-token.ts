import type { BenchModel } from './models/bench-models.js';
import { BASELINES, withComparedSides } from './support/compared-sides.js';
import { interleave } from './support/interleave.js';
import { figure, markdownTable, withSpread } from './support/markdown-table.js';
import type { Bench, Question } from './support/question.js';
import { firstTextMs, type Side, type Timing } from './support/side.js';
import { quantile, ratios } from './support/statistics.js';

/** p99 of these is the largest but one. */
const ROUNDS = 100;
/** More than one, so that the first is not the last. */
const TOKENS = 4;

/** How long does a streaming client wait for the first text of a loaded model? */
export const firstToken: Question = async (bench) => {
  const rows = [
    ...(await measure(bench, bench.models.scripted)),
    ...(await measure(bench, bench.models.random)),
  ];
  return markdownTable(
    [
      'Model, baseline',
      'gateway / baseline, median (quartiles)',
      'p99 / p99',
      'gateway p50, ms',
      'p99, ms',
      'baseline p50, ms',
      'p99, ms',
      "its engine's own p50, ms",
    ],
    rows,
  );
};

async function measure({ folder, progress }: Bench, model: BenchModel): Promise<string[][]> {
  progress(`${model.name}: loading on three sides`);
  return withComparedSides(folder, model, async (sides) => {
    progress(`${model.name}: ${ROUNDS} rounds`);
    const ask = (side: Side) => () => side.ask({ tokens: TOKENS, stream: true });
    const timings = await interleave(
      { gateway: ask(sides.gateway), eventDriven: ask(sides.eventDriven), polling: ask(sides.polling) },
      ROUNDS,
      3,
    );
    const gateway = timings.gateway.map(firstTextMs);
    return BASELINES.map(([key, name]) => {
      const baseline = timings[key].map(firstTextMs);
      return [
        `${model.name}, ${name}`,
        withSpread(ratios(gateway, baseline)),
        figure(quantile(gateway, 0.99) / quantile(baseline, 0.99)),
        figure(quantile(gateway, 0.5)),
        figure(quantile(gateway, 0.99)),
        figure(quantile(baseline, 0.5)),
        figure(quantile(baseline, 0.99)),
        engineFirstToken(timings[key]),
      ];
    });
  });
}

function engineFirstToken(timings: readonly Timing[]): string {
  const told = timings.flatMap(({ engineFirstTokenMs }) => engineFirstTokenMs ?? []);
  return told.length > 0 ? figure(quantile(told, 0.5)) : '–';
}
