import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { BenchModel } from '../models/bench-models.js';
import { ChatClient } from './chat-client.js';
import { ensureExited, trackChild } from './children.js';
import { type BenchServer, MODEL_CONFIG } from './side.js';

const CLI = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
/** To a peer of this machine. */
const CONNECT_TIMEOUT_MS = 15_000;
const PROBE = new URL('./gateway-probe.js', import.meta.url).href;

/** A gateway that runs as a child. */
export interface BenchGateway extends BenchServer {
  /** Base URL, without `/v1`. */
  readonly url: string;
  /** Those that `asks` ask. */
  readonly clients: readonly ChatClient[];
  /** The supervisor, or the gateway itself where it is probed. */
  readonly child: ChildProcess;
}

/** How a gateway and its models are set. */
export interface GatewaySettings {
  /** Of the models' `config`, beside the bench's own. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** llama.cpp's threads of each model, in order; without it the gateway's own policy decides. */
  readonly threads?: readonly number[];
  /** Of the models' entries: `replicas`, `queue`, `kvCache`. */
  readonly entry?: Readonly<Record<string, unknown>>;
  /** Clients of each model. */
  readonly clients?: number;
  /** The only core that it and its models may use (Linux). */
  readonly core?: number;
  /** Of its process, beside the bench's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Without a supervisor, and with the probe that {@link profileGateway} asks. */
  readonly isProbed?: boolean;
}

/** A model of another server. */
export interface FarModel {
  /** Its base URL, without `/v1`. */
  readonly gateway: { readonly url: string };
  readonly model: string;
}

/**
 * Starts `qvac serve openai` on a free port, with all models loaded. The same model may be given twice.
 *
 * @param folder the bench's own, also for the gateway's temporary files.
 */
export async function startGateway(
  folder: string,
  models: readonly BenchModel[],
  settings: GatewaySettings = {},
): Promise<BenchGateway> {
  const { config = {}, threads = [], entry = {} } = settings;
  const entries = models.map(({ path }, index) => [
    `model-${index}`,
    {
      src: path,
      type: 'llm',
      preload: true,
      ...entry,
      config: { ...MODEL_CONFIG, ...config, threads: threads[index] },
    },
  ]);
  return startEntries(folder, Object.fromEntries(entries), settings);
}

/** Starts a gateway without models of its own, each of whose models is at one or more others, the least busy of which answers. */
export async function startFront(
  folder: string,
  models: readonly (readonly FarModel[])[],
  clients = 1,
): Promise<BenchGateway> {
  const entries = models.map((targets, index) => [
    `model-${index}`,
    {
      order: 'least-busy',
      targets: targets.map(({ gateway, model }) => ({ url: `${gateway.url}/v1`, model, slots: clients })),
    },
  ]);
  return startEntries(folder, Object.fromEntries(entries), { clients, isProbed: true });
}

/** Starts a gateway whose models run on the peer with this key. */
export async function startDelegating(
  folder: string,
  models: readonly BenchModel[],
  providerPublicKey: string,
  env: Readonly<Record<string, string>>,
): Promise<BenchGateway> {
  const entries = models.map(({ path }, index) => [
    `model-${index}`,
    {
      src: path,
      type: 'llm',
      preload: true,
      config: { ctx_size: MODEL_CONFIG.ctx_size },
      delegate: { providerPublicKey, timeout: CONNECT_TIMEOUT_MS },
    },
  ]);
  return startEntries(folder, Object.fromEntries(entries), { env });
}

async function startEntries(
  folder: string,
  entries: Readonly<Record<string, object>>,
  { clients: clientCount = 1, core, env = {}, isProbed = false }: GatewaySettings,
): Promise<BenchGateway> {
  const cwd = await mkdtemp(join(folder, 'g-'));
  const file = join(cwd, 'qvac.config.json');
  await writeFile(file, JSON.stringify({ serve: { models: entries } }));

  const [program = process.execPath, ...args] = [
    ...(core === undefined ? [] : ['taskset', '--cpu-list', String(core)]),
    process.execPath,
    ...(isProbed ? ['--import', PROBE] : []),
    ...[CLI, 'serve', 'openai', '-c', file, '-p', '0', '--log-format', 'json'],
    ...(isProbed ? ['--no-supervisor'] : []),
  ];
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, TMPDIR: cwd, HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'inherit', ...(isProbed ? (['ipc'] as const) : [])],
  });
  trackChild(child);

  const clients: ChatClient[] = [];
  const stop = async (): Promise<void> => {
    for (const client of clients) client.close();
    child.kill('SIGTERM');
    await ensureExited(child);
  };
  try {
    if (!child.stdout) throw new Error('the gateway has no output');
    const url = await startedUrl(child.stdout);
    child.stdout.resume();
    for (const alias of Object.keys(entries)) {
      for (let client = 0; client < clientCount; client += 1) clients.push(new ChatClient(url, alias));
    }
    return { url, clients, asks: clients.map((client) => (call) => client.ask(call)), child, stop };
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
