import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a gateway can be made to do wrong. */
const MISDEEDS = {
  throw: "setImmediate(() => { throw new Error('provoked'); })",
  reject: "Promise.reject(new Error('provoked'))",
  block: "fs.writeSync(2, 'blocked'); while (true);",
  'fill the heap': 'const all = []; while (true) all.push(new Array(10_000).fill(all.length));',
};

/**
 * Environment of a program whose gateway does something wrong when it gets SIGUSR2. The supervisor and the worker threads
 * stay as they are.
 */
export function provoke(folder: string, misdeed: keyof typeof MISDEEDS): NodeJS.ProcessEnv {
  const path = join(folder, `${misdeed.replaceAll(' ', '-')}.mjs`);
  writeFileSync(
    path,
    `import fs from 'node:fs';\nif (process.send || process.argv.includes('--no-supervisor')) process.on('SIGUSR2', () => { ${MISDEEDS[misdeed]} });`,
  );
  return { NODE_OPTIONS: `--max-old-space-size=256 --import "${path}"` };
}
