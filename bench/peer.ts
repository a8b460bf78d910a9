import type { BenchModel } from './models/bench-models.js';
import { startGateway } from './support/gateway-side.js';
import { interleave } from './support/interleave.js';
import { figure, markdownTable, pair, withSpread } from './support/markdown-table.js';
import { startPeers } from './support/peer-side.js';
import type { Question } from './support/question.js';
import { type BenchServer, COMPARED_THREADS, firstTextMs, gapMs, type Side } from './support/side.js';
import { median } from './support/statistics.js';
import { warmUp } from './support/warm-up.js';
import { withStarted } from './support/with-started.js';

const STREAM = { tokens: 256, stream: true };

/** What does it add that a model runs on another peer? Both are on this machine, and share its cores with the engine. */
export const peer: Question = async ({ folder, models, progress }) => {
  const asked: readonly (readonly [BenchModel, rounds: number])[] = [
    [models.scripted, 16],
    [models.random, 12],
  ];
  const benched = asked.map(([model]) => model);
  progress('loading');
  const starts = {
    here: () => startGateway(folder, benched, { threads: benched.map(() => COMPARED_THREADS) }),
    there: () => startPeers(folder, benched),
  };
  return withStarted<keyof typeof starts, BenchServer, string>(starts, async ({ here, there }) => {
    progress('warming up');
    for (const server of [here, there]) await warmUp(askOf(server, 0), STREAM);
    const rows: string[][] = [];
    for (const [index, [{ name }, rounds]] of asked.entries()) {
      progress(`${name}: ${rounds} rounds of ${STREAM.tokens} tokens`);
      const ask = (server: BenchServer) => () => askOf(server, index)(STREAM);
      const timings = await interleave({ here: ask(here), there: ask(there) }, rounds, 1);
      const [hereMs, thereMs] = [timings.here.map(firstTextMs), timings.there.map(firstTextMs)];
      const gaps = (of: typeof timings.here): string => pair(gapMs([of], 0.5), gapMs([of], 0.99));
      rows.push([
        name,
        withSpread(thereMs.map((ms, round) => ms - (hereMs[round] ?? Number.NaN))),
        figure(median(thereMs)),
        figure(median(hereMs)),
        gaps(timings.there),
        gaps(timings.here),
      ]);
    }
    return markdownTable(
      [
        'Model',
        'first token, later than here, ms, median (quartiles)',
        'first token, ms',
        'here, ms',
        'gap p50 and p99, ms',
        'here, ms',
      ],
      rows,
    );
  });
};

function askOf({ asks }: BenchServer, model: number): Side['ask'] {
  const ask = asks[model];
  if (!ask) throw new Error(`there is no model ${model}`);
  return ask;
}
