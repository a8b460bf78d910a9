import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CHARTS = fileURLToPath(new URL('../../../bench/charts/', import.meta.url));
const PAGE = fileURLToPath(new URL('../../../bench/README.md', import.meta.url));

/**
 * Puts an answer into `bench/README.md` between the markers `<!-- NAME -->` and `<!-- /NAME -->`. What is written
 * around them stays.
 *
 * @throws if the page does not have them.
 */
export async function writeAnswer(name: string, answer: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = page.indexOf(begin) + begin.length;
  const to = page.indexOf(end);
  if (from < begin.length || to < from) throw new Error(`bench/README.md has no ${begin} … ${end}`);
  await writeFile(PAGE, `${page.slice(0, from)}\n\n${answer}\n\n${page.slice(to)}`);
}

/** Writes `bench/charts/NAME.svg`, which the page shows. */
export async function writeChart(name: string, svg: string): Promise<void> {
  await mkdir(CHARTS, { recursive: true });
  await writeFile(join(CHARTS, `${name}.svg`), svg);
}
