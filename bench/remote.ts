import type { BenchModel } from './models/bench-models.js';
import { type BenchGateway, startGateway, startHop } from './support/gateway-side.js';
import { interleave } from './support/interleave.js';
import { figure, markdownTable, withSpread } from './support/markdown-table.js';
import type { Bench, Question } from './support/question.js';
import { COMPARED_THREADS, firstTextMs, gapMs, type Timing } from './support/side.js';

const TOKENS = 256;

/** What does a hop through a second gateway add? Both are on this machine, and share its cores with the engine. */
export const remote: Question = async (bench) =>
  markdownTable(
    [
      'Model',
      'first token, hop − direct, ms, median (quartiles)',
      'direct, first token, ms',
      'through a hop, first token, ms',
      'CPU of the hop per token, µs',
      'direct, gap p50 and p99, ms',
      'through a hop, gap p50 and p99, ms',
    ],
    [await measure(bench, bench.models.scripted, 24), await measure(bench, bench.models.random, 12)],
  );

async function measure({ folder, progress }: Bench, model: BenchModel, rounds: number): Promise<string[]> {
  progress(`${model.name}: loading`);
  const far = await startGateway(folder, [model], { threads: [COMPARED_THREADS] });
  const hop = await startHop(folder, far);
  try {
    progress(`${model.name}: ${rounds} rounds of ${TOKENS} tokens`);
    await cpuSeconds(hop); // it is counted from there
    const before = await cpuSeconds(hop);
    const timings = await interleave({ direct: askOf(far), hop: askOf(hop) }, rounds, 2);
    const usedSeconds = (await cpuSeconds(hop)) - before;
    const [direct, through] = [timings.direct.map(firstTextMs), timings.hop.map(firstTextMs)];
    return [
      model.name,
      withSpread(through.map((ms, round) => ms - (direct[round] ?? Number.NaN))),
      withSpread(direct),
      withSpread(through),
      figure((usedSeconds * 1e6) / ((rounds + 2) * TOKENS)),
      gaps(timings.direct),
      gaps(timings.hop),
    ];
  } finally {
    await hop.stop();
    await far.stop();
  }
}

function askOf({ asks: [ask] }: BenchGateway) {
  if (!ask) throw new Error('the gateway has no model');
  return () => ask({ tokens: TOKENS, stream: true });
}

function gaps(timings: readonly Timing[]): string {
  const rounds = timings.map((timing) => [timing]);
  return `${figure(gapMs(rounds, 0.5))} and ${figure(gapMs(rounds, 0.99))}`;
}

/** Of the gateway's process, as its metrics tell: with all that it does, its requests and its looks at the other one. */
async function cpuSeconds({ url }: BenchGateway): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1]);
}
