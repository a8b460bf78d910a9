import { privateBytes } from '../../test/support/private-memory.js';
import type { BenchGateway } from './gateway-side.js';
import { childrenOf, mainThreadCpuMs, processCpuMs, shareBytes } from './process-numbers.js';
import { firstTextMs, gapMs, type Timing, tokensPerSecond } from './side.js';
import { median, quantile } from './statistics.js';

const MEGABYTE = 1024 * 1024;

/** What a gateway did, and what it used, while it was asked. What the system does not tell is `NaN`. */
export interface LoadNumbers {
  readonly tokensPerSecond: readonly number[];
  readonly firstMs: { readonly p50: number; readonly p99: number };
  readonly gapMs: { readonly p50: number; readonly p99: number };
  /** Cores that were busy, at the median: of the gateway's main thread, of all its process, of its models' processes. */
  readonly cores: { readonly main: number; readonly gateway: number; readonly models: number };
}

/** Asks a probed gateway so often by `ask`, after once that does not count. */
export async function measureLoad(
  { child: { pid = 0 } }: BenchGateway,
  ask: () => Promise<Timing[]>,
  rounds: number,
): Promise<LoadNumbers> {
  await ask();
  const timings: Timing[][] = [];
  const cores: LoadNumbers['cores'][] = [];
  for (let round = 0; round < rounds; round++) {
    const [before, startedAt] = [cpuMs(pid), performance.now()];
    timings.push(await ask());
    const [after, durationMs] = [cpuMs(pid), performance.now() - startedAt];
    cores.push({
      main: (after.main - before.main) / durationMs,
      gateway: (after.gateway - before.gateway) / durationMs,
      models: (after.models - before.models) / durationMs,
    });
  }
  const firstMs = timings.flat().map(firstTextMs);
  return {
    tokensPerSecond: timings.map(tokensPerSecond),
    firstMs: { p50: quantile(firstMs, 0.5), p99: quantile(firstMs, 0.99) },
    gapMs: { p50: gapMs(timings, 0.5), p99: gapMs(timings, 0.99) },
    cores: {
      main: median(cores.map(({ main }) => main)),
      gateway: median(cores.map(({ gateway }) => gateway)),
      models: median(cores.map(({ models }) => models)),
    },
  };
}

/** Memory of a probed gateway and of its models' processes, in MB. `NaN` where the system does not tell. */
export interface MemoryNumbers {
  /** Shares of what is shared included. */
  readonly gateway: number;
  /** Of all models together, the same. */
  readonly models: number;
  /** That a model's process has for itself, at the median: what one more model costs beside its weights. */
  readonly privatePerModel: number;
}

export async function measureMemory({ child: { pid = 0 } }: BenchGateway): Promise<MemoryNumbers> {
  const processes = childrenOf(pid);
  const own = await Promise.all(processes.map(privateBytes));
  const megabytes = (bytes = Number.NaN): number => bytes / MEGABYTE;
  return {
    gateway: megabytes(shareBytes(pid)),
    models: processes.reduce((sum, process) => sum + megabytes(shareBytes(process)), 0),
    privatePerModel: median(own.map(megabytes)),
  };
}

function cpuMs(pid: number): LoadNumbers['cores'] {
  return {
    main: mainThreadCpuMs(pid) ?? Number.NaN,
    gateway: processCpuMs(pid) ?? Number.NaN,
    models: childrenOf(pid).reduce((sum, child) => sum + (processCpuMs(child) ?? 0), 0),
  };
}
