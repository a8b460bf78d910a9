import type { BenchModel } from '../models/bench-models.js';
import { startGateway } from './gateway-side.js';
import { startSdk } from './sdk-side.js';
import { COMPARED_THREADS, type Side } from './side.js';

/** Every way to the engine that is compared. */
export interface ComparedSides {
  readonly gateway: Side;
  /** The SDK in one process, with the gateway's Bare entry. */
  readonly eventDriven: Side;
  /** The SDK in one process, as it comes. */
  readonly polling: Side;
}

/** The two baselines, in the order of the tables, and how those name them. */
export const BASELINES = [
  ['eventDriven', 'SDK, our Bare entry'],
  ['polling', 'SDK as it comes'],
] as const;

/** Loads `model` on every side, hands them to `use`, and stops them however that ends. */
export async function withComparedSides<Result>(
  folder: string,
  model: BenchModel,
  use: (sides: ComparedSides) => Promise<Result>,
): Promise<Result> {
  const started: Side[] = [];
  const add = async (starting: Promise<Side>): Promise<Side> => {
    const side = await starting;
    started.push(side);
    return side;
  };
  try {
    const gateway = await add(startGatewaySide(folder, model));
    const eventDriven = await add(startSdk(folder, model, 'event-driven'));
    const polling = await add(startSdk(folder, model, 'polling'));
    return await use({ gateway, eventDriven, polling });
  } finally {
    await Promise.all(started.map((side) => side.stop()));
  }
}

async function startGatewaySide(folder: string, model: BenchModel): Promise<Side> {
  const { asks, stop } = await startGateway(folder, [model], { threads: COMPARED_THREADS });
  const [ask] = asks;
  if (!ask) throw new Error('the gateway has no model');
  return { ask, stop };
}
