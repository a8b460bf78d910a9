import type { BenchModels } from '../models/bench-models.js';

/** What a question may use. */
export interface Bench {
  /** Absolute path of a folder of this run. All that is written goes there. */
  readonly folder: string;
  readonly models: BenchModels;
  /** Tells the person who waits what happens now. */
  progress(text: string): void;
}

/** Something that the bench finds out. Its answer is a Markdown table in `bench/README.md`. */
export type Question = (bench: Bench) => Promise<string>;
