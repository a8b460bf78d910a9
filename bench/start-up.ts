import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { firstByteMs } from './support/first-byte.js';
import { interleave } from './support/interleave.js';
import { figure, markdownTable, withSpread } from './support/markdown-table.js';
import { isOfficialCompared, officialCommand } from './support/official-side.js';
import type { Bench, Question } from './support/question.js';
import { MODEL_CONFIG } from './support/side.js';
import type { WorkerStart } from './support/start-up-child.js';
import { startWorker } from './support/start-worker.js';
import { median, ratios } from './support/statistics.js';

const ROUNDS = 5;
const MEGABYTE = 1024 * 1024;

const CLI = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));

/** How long until a model, and until the gateway, can be asked, and what memory does a model's process take by itself? */
export const startUp: Question = async (bench) =>
  markdownTable(
    ['', 'ours / official, median (quartiles)', 'ours', 'official'],
    [...(await compareWorkers(bench)), ...(await compareServers(bench))],
  );

async function compareWorkers({ folder, models, progress }: Bench): Promise<string[][]> {
  progress(`${ROUNDS} starts of each worker`);
  const start = (entry: 'own' | 'official') => () => startWorker(folder, models.scripted.path, entry);
  // Where a library is missing that any engine wants, the official one ends at once.
  const canCompare = await start('official')().then(
    () => true,
    () => false,
  );
  const { own, official } = await interleave(
    { own: start('own'), official: canCompare ? start('official') : async () => undefined },
    ROUNDS,
    1,
  );
  const row = (name: string, of: (start: WorkerStart) => number) =>
    toRow(name, measured(own).map(of), measured(official).map(of));
  return [
    row('`bare` process answers, ms', ({ answersMs }) => answersMs),
    row('small model is loaded, ms', ({ answersMs, loadMs }) => answersMs + loadMs),
    row('private memory before the model, MB', ({ bytes }) => (bytes ?? Number.NaN) / MEGABYTE),
  ];
}

async function compareServers({ folder, models, progress }: Bench): Promise<string[][]> {
  progress(`${ROUNDS} starts of each server`);
  const cwd = await mkdtemp(join(folder, 'f-'));
  const model = {
    src: models.scripted.path,
    type: 'llm',
    default: true,
    preload: false,
    config: MODEL_CONFIG,
  };
  const config = join(cwd, 'qvac.config.json');
  await writeFile(config, JSON.stringify({ serve: { models: { scripted: model } } }));
  const gateway = (...flags: string[]) => {
    const args = [CLI, 'serve', 'openai', ...flags, '-c', config, '-p'];
    return () => firstByteMs({ args, cwd });
  };
  const { alone, supervised, official } = await interleave(
    {
      alone: gateway('--no-supervisor'),
      supervised: gateway(),
      official: async () =>
        isOfficialCompared() ? firstByteMs({ args: officialCommand(config), cwd }) : undefined,
    },
    ROUNDS,
    1,
  );
  return [
    toRow('server answers, `--no-supervisor`, ms', measured(alone), measured(official)),
    toRow('server answers, ms', measured(supervised), measured(official)),
  ];
}

function measured<Value>(values: readonly (Value | undefined)[]): Value[] {
  return values.flatMap((value) => value ?? []);
}

/** Of two sides' values of the same rounds; the other side may have none. */
function toRow(name: string, own: readonly number[], official: readonly number[]): string[] {
  return [name, withSpread(ratios(own, official)), withSpread(own), figure(median(official))];
}
