/** `npm run bench` answers all questions, `npm run bench -- NAME…` some. The answers go into `bench/README.md`. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batching } from './batching.js';
import { blockingCall } from './blocking-call.js';
import { conversation } from './conversation.js';
import { firstToken } from './first-token.js';
import { writeBenchModels } from './models/bench-models.js';
import { peer } from './peer.js';
import { perToken } from './per-token.js';
import { remote } from './remote.js';
import { replicas } from './replicas.js';
import { scale } from './scale.js';
import { startUp } from './start-up.js';
import { killChildren } from './support/children.js';
import { describeMachine, measureBusyShare } from './support/machine.js';
import type { Question } from './support/question.js';
import { writeAnswer } from './support/results-page.js';
import { threadCount } from './thread-count.js';
import { throughput } from './throughput.js';
import { twoMachines } from './two-machines.js';
import { twoModels } from './two-models.js';

const QUESTIONS: ReadonlyMap<string, Question> = new Map([
  ['first-token', firstToken],
  ['throughput', throughput],
  ['blocking-call', blockingCall],
  ['per-token', perToken],
  ['two-models', twoModels],
  ['thread-count', threadCount],
  ['start-up', startUp],
  ['batching', batching],
  ['remote', remote],
  ['peer', peer],
  ['two-machines', twoMachines],
  ['replicas', replicas],
  ['conversation', conversation],
  ['scale', scale],
]);

const names = process.argv.slice(2);
const unknown = names.filter((name) => !QUESTIONS.has(name));
if (unknown.length > 0) {
  process.stderr.write(
    `no such question: ${unknown.join(', ')}. There are: ${[...QUESTIONS.keys()].join(', ')}.\n`,
  );
  process.exit(2);
}

const startedAt = performance.now();
// Short: sockets live below it, and a socket's path may have about 100 bytes.
const folder = await mkdtemp(join(tmpdir(), 'qb-'));
process.on('exit', () => {
  killChildren();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }); // killed gateways may still write
});
// Also a second one, which would end it in the midst of that.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));

progress('writing the models');
const models = await writeBenchModels(folder);
for (const [name, ask] of QUESTIONS) {
  if (names.length > 0 && !names.includes(name)) continue;
  const busy = `${((await measureBusyShare()) * 100).toFixed(0)} % busy before the bench`;
  progress(`${name}: the machine is ${busy}`);
  const askedAt = performance.now();
  const answer = await ask({ folder, models, progress: (text) => progress(`${name}: ${text}`) });
  const took = `took ${((performance.now() - askedAt) / 1_000).toFixed(0)} s`;
  progress(`${name}: ${took}`);
  await writeAnswer(name, `${describeMachine()} · ${busy} · ${took}\n\n${answer}`);
  process.stdout.write(`\n${answer}\n\n`);
}
progress('done, see bench/README.md');

function progress(text: string): void {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0).padStart(3);
  process.stdout.write(`${seconds} s  ${text}\n`);
}
