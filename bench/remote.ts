import type { ChildProcess } from 'node:child_process';
import { startInstant, startProxy } from './support/child-server.js';
import { startFront, startGateway } from './support/gateway-side.js';
import { interleave } from './support/interleave.js';
import { figure, markdownTable, pair, withSpread } from './support/markdown-table.js';
import { processCpuMs } from './support/process-numbers.js';
import type { Bench, Question } from './support/question.js';
import {
  type BenchServer,
  COMPARED_THREADS,
  firstTextMs,
  gapMs,
  type Side,
  type Timing,
} from './support/side.js';
import { median } from './support/statistics.js';
import { warmUp } from './support/warm-up.js';
import { withStarted } from './support/with-started.js';

const TOKENS = 256;
const STREAM = { tokens: TOKENS, stream: true };

/** The far server. */
interface Far {
  readonly start: () => Promise<BenchServer & { readonly url: string }>;
  /** Its models, and how often each is asked. The first is quick. */
  readonly models: readonly (readonly [name: string, rounds: number])[];
}

/** A way to the far server. */
interface Way {
  /** One for each model. */
  readonly asks: readonly Side['ask'][];
  /** What stands between, if anything does. */
  readonly child?: ChildProcess;
}

/** A call, and the CPU time that it took on its way. */
interface Passed extends Timing {
  readonly cpuMs: number;
}

/** What does a hop through a second gateway add? All of it is on this machine, and shares its cores. */
export const remote: Question = async (bench) => {
  const { scripted, random } = bench.models;
  const gateway: Far = {
    start: () =>
      startGateway(bench.folder, [scripted, random], { threads: [COMPARED_THREADS, COMPARED_THREADS] }),
    models: [
      [scripted.name, 32],
      [random.name, 12],
    ],
  };
  const instant: Far = {
    start: startInstant,
    models: [
      ['no engine, tokens together', 100],
      ['no engine, one by one', 12],
    ],
  };
  return markdownTable(
    [
      'Model, on the way',
      'first token, later than direct, ms, median (quartiles)',
      'first token, ms',
      'direct, ms',
      'CPU time a token, µs',
      'gap p50 and p99, ms',
      'direct, ms',
    ],
    [...(await measure(bench, instant)), ...(await measure(bench, gateway))],
  );
};

async function measure({ folder, progress }: Bench, { start, models }: Far): Promise<string[][]> {
  progress('loading');
  const far = await start();
  const targets = models.map((_, index) => [{ gateway: far, model: `model-${index}` }]);
  const starts = {
    proxy: () => startProxy(far.url, models.length),
    hop: () => startFront(folder, targets),
  };
  try {
    return await withStarted(starts, async ({ proxy, hop }) => {
      const ways = { direct: { asks: far.asks }, proxy, hop };
      progress('warming up');
      for (const way of [ways.direct, ways.proxy, ways.hop]) await warmUp(askOf(way, 0), STREAM);

      const rows: string[][] = [];
      for (const [index, [name, rounds]] of models.entries()) {
        progress(`${name}: ${rounds} rounds of ${TOKENS} tokens`);
        const pass = (way: Way) => () => askBy(way, index);
        const timings = await interleave(
          { direct: pass(ways.direct), proxy: pass(ways.proxy), hop: pass(ways.hop) },
          rounds,
          1,
        );
        rows.push(toRow(`${name}, http-proxy alone`, timings.proxy, timings.direct));
        rows.push(toRow(`${name}, gateway`, timings.hop, timings.direct));
      }
      return rows;
    });
  } finally {
    await far.stop();
  }
}

function toRow(name: string, passed: readonly Passed[], direct: readonly Timing[]): string[] {
  const [ownMs, directMs] = [passed.map(firstTextMs), direct.map(firstTextMs)];
  return [
    name,
    withSpread(ownMs.map((ms, round) => ms - (directMs[round] ?? Number.NaN))),
    figure(median(ownMs)),
    figure(median(directMs)),
    figure((median(passed.map(({ cpuMs }) => cpuMs)) * 1_000) / TOKENS),
    pair(gapMs([passed], 0.5), gapMs([passed], 0.99)),
    pair(gapMs([direct], 0.5), gapMs([direct], 0.99)),
  ];
}

async function askBy(way: Way, model: number): Promise<Passed> {
  const before = cpuMsOf(way);
  const timing = await askOf(way, model)(STREAM);
  return { ...timing, cpuMs: cpuMsOf(way) - before };
}

function askOf({ asks }: Way, model: number): Side['ask'] {
  const ask = asks[model];
  if (!ask) throw new Error(`there is no model ${model}`);
  return ask;
}

/** Of all that the process does, so also its looks at the other one. `NaN` where the system does not tell. */
function cpuMsOf({ child }: Way): number {
  return (child?.pid ? processCpuMs(child.pid) : undefined) ?? Number.NaN;
}
