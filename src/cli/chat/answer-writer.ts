import { toHarmless } from '../to-harmless.js';

const DIM = '\x1b[2m';
const PLAIN = '\x1b[22m';

/** Writes the parts of an answer as they come: its text to stdout, what the model thinks, dimmed, to a terminal only. */
export function writeAnswerPart(text: string, type: 'text' | 'thinking'): void {
  const { stdout, stderr } = process;
  if (type === 'text') stdout.write(stdout.isTTY ? toHarmless(text) : text);
  else if (stderr.isTTY) stderr.write(DIM + toHarmless(text) + PLAIN);
}
