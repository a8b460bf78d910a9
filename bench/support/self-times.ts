import type { Profiler, Runtime } from 'node:inspector';

/** A function's part of the time in which its thread did something. */
export interface SelfTime {
  /** With its file, or what it is where it has none. */
  readonly name: string;
  /** 0 to 1. */
  readonly share: number;
}

/** Names of what is no work: the profile itself was started in `dispatch`, and its thread waits there. */
const WAITING = new Set(['(idle)', 'dispatch']);

/** V8's names for what is not JavaScript. */
const NATIVE = new Map([
  ['(program)', 'native code of Node and libuv, without the calls below'],
  ['(garbage collector)', 'garbage collector'],
]);

/** Where a profile's time went, by the functions that were running themselves, the largest first. */
export function selfTimes({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): SelfTime[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<string, number>();
  let total = 0;
  for (const [index, id] of samples.entries()) {
    const frame = frames.get(id);
    const time = timeDeltas[index];
    if (!frame || time === undefined || WAITING.has(frame.functionName)) continue;
    const name = nameOf(frame);
    times.set(name, (times.get(name) ?? 0) + time);
    total += time;
  }
  return [...times]
    .map(([name, time]) => ({ name, share: time / total }))
    .sort((one, other) => other.share - one.share);
}

function nameOf({ functionName, url }: Runtime.CallFrame): string {
  const native = NATIVE.get(functionName);
  if (native) return native;
  const name = `\`${functionName || '(anonymous)'}\``;
  if (url === '') return `${name}, native`;
  return `${name}, ${url.startsWith('node:') ? url : url.split('/').slice(-2).join('/')}`;
}
