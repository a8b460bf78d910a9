import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { BenchModel } from './models/bench-models.js';
import type { ProbeCommand, ProbeReply } from './support/gateway-probe.js';
import { type BenchGateway, startGateway } from './support/gateway-side.js';
import { figure, markdownTable, withSpread } from './support/markdown-table.js';
import { mainThreadCpuMs, processCpuMs } from './support/process-numbers.js';
import type { Bench, Question } from './support/question.js';
import { selfTimes } from './support/self-times.js';
import { COMPARED_THREADS, tokensPerSecond } from './support/side.js';
import { median } from './support/statistics.js';
import { warmUp } from './support/warm-up.js';

const ROUNDS = 5;
const IDLE_MS = 500;
/** Of each stream, so that a call's own costs do not show. */
const TOKENS = 256;
/** What a slot of the engine needs for them. */
const SLOT_TOKENS = 512;
const FUNCTIONS = 14;

interface Cost {
  /** Microseconds of the main thread for each token. */
  readonly mainUs: number;
  /** Of all threads of the gateway's process, the models' among them. */
  readonly allUs: number;
  readonly tokensPerSecond: number;
}

/** What CPU time does the gateway's process spend on a token, and on what? */
export const perToken: Question = async (bench) => {
  const { scripted, random } = bench.models;
  const quick = await measure(bench, scripted, 1);
  const one = await measure(bench, random, 1);
  const eight = await measure(bench, random, 8);
  const many = await measure(bench, random, 32);
  const table = markdownTable(
    [
      'Model, streams at once',
      'main thread, µs a token, median (quartiles)',
      'all threads of the process, µs',
      'tokens/s together',
    ],
    [quick, one, eight, many].map(({ row }) => row),
  );
  return `${table}\n\n${one.profile}\n\n${many.profile}`;
};

async function measure({ folder, models, progress }: Bench, model: BenchModel, streams: number) {
  const name = `${model.name}, ${streams}`;
  progress(`${name}: loading`);
  const started = await startGateway(folder, [model, models.scripted], {
    threads: [COMPARED_THREADS, COMPARED_THREADS],
    clients: streams,
    config: streams > 1 ? { parallel: streams, ctx_size: SLOT_TOKENS * streams } : {},
    isProbed: true,
  });
  const gateway = { ...started, asks: started.asks.slice(0, streams) };
  const quick = started.asks.at(-1);
  try {
    if (quick) await warmUp(quick, { tokens: TOKENS, stream: true });
    const tokens = streams > 8 ? TOKENS / 8 : TOKENS;
    const idle = await idleShare(gateway);
    await stream(gateway, tokens);
    progress(`${name}: ${ROUNDS} rounds of ${tokens} tokens`);
    const costs: Cost[] = [];
    for (let round = 0; round < ROUNDS; round++) costs.push(await costOf(gateway, tokens, idle));
    const mainUs = costs.map((cost) => cost.mainUs);
    const profile = await profileOf(gateway, tokens, median(mainUs));
    return {
      row: [
        name,
        withSpread(mainUs),
        figure(median(costs.map(({ allUs }) => allUs))),
        figure(median(costs.map((cost) => cost.tokensPerSecond))),
      ],
      profile: `Main thread, ${name}:\n\n${profile}`,
    };
  } finally {
    await gateway.stop();
  }
}

async function stream({ asks }: BenchGateway, tokens: number): Promise<number> {
  return tokensPerSecond(await Promise.all(asks.map((ask) => ask({ tokens, stream: true }))));
}

/** CPU milliseconds a millisecond that are spent without any call. */
async function idleShare(gateway: BenchGateway): Promise<{ main: number; all: number }> {
  const before = cpuMs(gateway);
  await delay(IDLE_MS);
  const after = cpuMs(gateway);
  return { main: (after.main - before.main) / IDLE_MS, all: (after.all - before.all) / IDLE_MS };
}

async function costOf(
  gateway: BenchGateway,
  tokens: number,
  idle: { readonly main: number; readonly all: number },
): Promise<Cost> {
  const [before, startedAt] = [cpuMs(gateway), performance.now()];
  const rate = await stream(gateway, tokens);
  const [after, durationMs] = [cpuMs(gateway), performance.now() - startedAt];
  const count = tokens * gateway.asks.length;
  return {
    mainUs: ((after.main - before.main - idle.main * durationMs) * 1_000) / count,
    allUs: ((after.all - before.all - idle.all * durationMs) * 1_000) / count,
    tokensPerSecond: rate,
  };
}

/** `NaN` where the system does not tell (all but Linux). */
function cpuMs({ child: { pid = 0 } }: BenchGateway): { readonly main: number; readonly all: number } {
  return { main: mainThreadCpuMs(pid) ?? Number.NaN, all: processCpuMs(pid) ?? Number.NaN };
}

/** The functions with the largest shares of what the main thread does, also in microseconds if it is `totalUs` a token. */
async function profileOf(gateway: BenchGateway, tokens: number, totalUs: number): Promise<string> {
  await askProbe(gateway, 'profile-start');
  for (let round = 0; round < 2; round++) await stream(gateway, tokens);
  const { profile } = await askProbe(gateway, 'profile-stop');
  if (!profile) throw new Error('the probe has no profile');
  const rows = selfTimes(profile).slice(0, FUNCTIONS);
  return markdownTable(
    ['Function', 'share of the busy time, %', 'µs a token'],
    rows.map(({ name, share }) => [name, figure(share * 100), figure(share * totalUs)]),
  );
}

async function askProbe({ child }: BenchGateway, command: ProbeCommand): Promise<ProbeReply> {
  const replied = once(child, 'message');
  child.send(command);
  const [reply] = (await replied) as [ProbeReply];
  return reply;
}
