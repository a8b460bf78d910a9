import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { BenchModel } from '../models/bench-models.js';
import { ChatClient } from './chat-client.js';
import { ensureExited, trackChild } from './children.js';
import { MODEL_CONFIG, type Side } from './side.js';

const CLI = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

/** A gateway that runs as a child. */
export interface BenchGateway {
  /** Base URL, without `/v1`. */
  readonly url: string;
  /** As many for each model as it has clients, in order, each over a kept-alive connection of its own. */
  readonly asks: readonly Side['ask'][];
  stop(): Promise<void>;
}

/** What a gateway's models have besides their files. */
export interface GatewayModels {
  /** Of llama.cpp; without it the gateway's own policy decides. */
  readonly threads?: number;
  /** Calls that the engine decodes together. */
  readonly parallel?: number;
  readonly clients?: number;
}

/**
 * Starts `qvac serve openai` on a free port, with all models loaded. The same model may be given twice.
 *
 * @param folder the bench's own, also for the gateway's temporary files.
 */
export async function startGateway(
  folder: string,
  models: readonly BenchModel[],
  { clients: clientCount = 1, ...settings }: GatewayModels = {},
): Promise<BenchGateway> {
  const entries = models.map(({ path }, index) => [
    `model-${index}`,
    { src: path, type: 'llm', preload: true, config: { ...MODEL_CONFIG, ...settings } },
  ]);
  return startConfigured(folder, Object.fromEntries(entries), clientCount);
}

/** Starts a gateway in front of another one's first model. */
export async function startHop(folder: string, far: BenchGateway): Promise<BenchGateway> {
  return startConfigured(folder, { hop: { url: `${far.url}/v1`, model: 'model-0' } }, 1);
}

async function startConfigured(
  folder: string,
  models: Readonly<Record<string, object>>,
  clientCount: number,
): Promise<BenchGateway> {
  const cwd = await mkdtemp(join(folder, 'g-'));
  const config = join(cwd, 'qvac.config.json');
  await writeFile(config, JSON.stringify({ serve: { models } }));

  const child = spawn(
    process.execPath,
    [CLI, 'serve', 'openai', '-c', config, '-p', '0', '--log-format', 'json'],
    { cwd, env: { ...process.env, TMPDIR: cwd }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  trackChild(child);

  const clients: ChatClient[] = [];
  const stop = async (): Promise<void> => {
    for (const client of clients) client.close();
    child.kill('SIGTERM');
    await ensureExited(child);
  };
  try {
    const url = await startedUrl(child.stdout);
    child.stdout.resume();
    for (const alias of Object.keys(models)) {
      for (let client = 0; client < clientCount; client += 1) clients.push(new ChatClient(url, alias));
    }
    return { url, asks: clients.map((client) => (call) => client.ask(call)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Reads the log until the gateway serves. */
async function startedUrl(stdout: NodeJS.ReadableStream): Promise<string> {
  const lines = createInterface({ input: stdout });
  try {
    for await (const text of lines) {
      const line = JSON.parse(text) as { msg: string; url: string; models: { isLoaded: boolean }[] };
      if (line.msg !== 'gateway started') continue;
      if (line.models.every(({ isLoaded }) => isLoaded)) return line.url;
      throw new Error(`a model was not loaded: ${text}`);
    }
  } finally {
    lines.close();
  }
  throw new Error('the gateway ended before it served');
}
