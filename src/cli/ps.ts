import { setTimeout as delay } from 'node:timers/promises';
import { toPsTable } from './ps-table.js';
import { type ClientCommandOptions, runClient, toJson } from './run-client.js';
import { sampleStatus } from './sample-status.js';

/** For so long tokens are counted. */
const COUNTED_MS = 1_000;

/** `qvac ps`: what all models of a running gateway do. Returns the exit code. */
export function ps(options: ClientCommandOptions): Promise<number> {
  return runClient(async () => {
    const first = await sampleStatus(options);
    if (options.json) return toJson(first.status);
    // Nobody should wait for the tokens of models that do nothing.
    if (first.status.models.every(({ calls }) => calls.length === 0)) {
      return toPsTable(first, undefined, Date.now());
    }
    await delay(COUNTED_MS);
    return toPsTable(await sampleStatus(options), first, Date.now());
  });
}
