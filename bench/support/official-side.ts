import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../test/support/free-port.js';
import type { BenchModel } from '../models/bench-models.js';
import { ChatClient } from './chat-client.js';
import { ensureExited, trackChild } from './children.js';
import { type BenchServer, MODEL_CONFIG } from './side.js';

/** Environment variable with the folder in whose `node_modules` the official `@qvac/cli` is, if it is to be compared. */
const FOLDER = 'QVAC_BENCH_PEER';

const LOAD_TIMEOUT_MS = 60_000;
const LOOK_MS = 50;

/** Whether there is an official server to compare with. */
export function isOfficialCompared(): boolean {
  return Boolean(process.env[FOLDER]);
}

/** For Node: starts the official server, but for its port, which comes last. */
export function officialCommand(config: string): readonly string[] {
  const cli = join(process.env[FOLDER] ?? '', 'node_modules/@qvac/cli/dist/index.js');
  return [cli, 'serve', '--openai', '-c', config, '-p'];
}

/**
 * Starts the official server with all models loaded, with one client of each. It cannot be told how many threads
 * llama.cpp has: it has all cores.
 */
export async function startOfficial(folder: string, models: readonly BenchModel[]): Promise<BenchServer> {
  const cwd = await mkdtemp(join(folder, 'o-'));
  const entries = models.map(({ path }, index) => [
    `model-${index}`,
    { src: path, type: 'llm', preload: true, config: MODEL_CONFIG },
  ]);
  const config = join(cwd, 'qvac.config.json');
  await writeFile(config, JSON.stringify({ serve: { models: Object.fromEntries(entries) } }));

  const port = await freePort();
  const child = spawn(process.execPath, [...officialCommand(config), String(port)], {
    cwd,
    env: { ...process.env, TMPDIR: cwd, HOME: cwd }, // it keeps conversations below it
    stdio: 'ignore',
  });
  trackChild(child);
  const url = `http://127.0.0.1:${port}`;
  const clients = entries.map(([alias]) => new ChatClient(url, String(alias)));
  const stop = async (): Promise<void> => {
    for (const client of clients) client.close();
    child.kill('SIGTERM');
    await ensureExited(child);
  };
  try {
    const deadline = performance.now() + LOAD_TIMEOUT_MS;
    while (!(await hasLoaded(url, models.length))) {
      if (child.exitCode !== null) throw new Error('the official server ended before it answered');
      if (performance.now() > deadline) throw new Error('the official server did not load its models');
      await delay(LOOK_MS);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { asks: clients.map((client) => (call) => client.ask(call)), stop };
}

async function hasLoaded(url: string, count: number): Promise<boolean> {
  try {
    const response = await fetch(`${url}/v1/models`);
    const { data } = (await response.json()) as { data: { state: string }[] };
    return data.filter(({ state }) => state === 'ready').length === count;
  } catch {
    return false; // it does not listen yet
  }
}
