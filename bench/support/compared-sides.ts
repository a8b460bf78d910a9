import type { BenchModel } from '../models/bench-models.js';
import { startGateway } from './gateway-side.js';
import { interleave } from './interleave.js';
import { isOfficialCompared, startOfficial } from './official-side.js';
import type { Bench } from './question.js';
import { startSdk } from './sdk-side.js';
import { type BenchServer, COMPARED_THREADS, type Side, type TimedCall, type Timing } from './side.js';
import { warmUp } from './warm-up.js';
import { withStarted } from './with-started.js';

/** What the gateway is compared with, in the order of the tables, and how those name it. */
const BASELINES = {
  eventDriven: 'SDK, our Bare entry',
  polling: 'SDK as it comes',
  official: 'official server',
} as const;

type SideName = 'gateway' | keyof typeof BASELINES;

/** What a model's calls took on every side, by round; none for the official server where it is not to be compared. */
export interface ComparedTimings extends Readonly<Record<SideName, readonly Timing[]>> {
  /** Of the gateway when it had just begun. */
  readonly firstCalls: readonly Timing[];
}

const FIRST_CALLS = 10;

/** The official server's are slower by so much that fewer tell enough. */
const OFFICIAL_ROUNDS = 20;

/**
 * Loads a model on every side, warms all of them up, and makes the same call of each in turns. The official server's turn
 * comes when the others have ended: its threads go on spinning after a call, on all cores.
 *
 * @param rounds how often each is asked.
 */
export async function compareSides(
  { folder, progress }: Bench,
  model: BenchModel,
  call: TimedCall,
  rounds: number,
): Promise<ComparedTimings> {
  progress(`${model.name}: ${rounds} rounds of ${call.tokens} tokens`);
  const starts = {
    gateway: async () => onlySide(await startGateway(folder, [model], { threads: [COMPARED_THREADS] })),
    eventDriven: () => startSdk(folder, model, 'event-driven'),
    polling: () => startSdk(folder, model, 'polling'),
  };
  const timings = await withStarted<keyof typeof starts, Side, ComparedTimings>(
    starts,
    async ({ gateway, eventDriven, polling }) => {
      const firstCalls = (await warmUp(gateway.ask, call)).slice(0, FIRST_CALLS);
      await warmUp(eventDriven.ask, call);
      await warmUp(polling.ask, call);
      const variants = {
        gateway: () => gateway.ask(call),
        eventDriven: () => eventDriven.ask(call),
        polling: () => polling.ask(call),
      };
      return { firstCalls, official: [], ...(await interleave(variants, rounds, 1)) };
    },
  );
  if (!isOfficialCompared()) return timings;
  const officialRounds = Math.min(rounds, OFFICIAL_ROUNDS);
  progress(`${model.name}, official server: ${officialRounds} rounds`);
  const startServer = { official: async () => onlySide(await startOfficial(folder, [model])) };
  const alone = await withStarted(startServer, async ({ official }) => {
    await warmUp(official.ask, call);
    return interleave({ official: () => official.ask(call) }, officialRounds, 1);
  });
  return { ...timings, ...alone };
}

function onlySide({ asks: [ask], stop }: BenchServer): Side {
  if (!ask) throw new Error('the server has no model');
  return { ask, stop };
}

/** A table's rows of one model: the gateway beside each baseline. */
export function baselineRows(
  model: BenchModel,
  timings: ComparedTimings,
  toCells: (gateway: readonly Timing[], baseline: readonly Timing[]) => readonly string[],
): string[][] {
  return (Object.keys(BASELINES) as (keyof typeof BASELINES)[]).map((key) => [
    `${model.name}, ${BASELINES[key]}`,
    ...toCells(timings.gateway, timings[key]),
  ]);
}
