import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createScriptedModel } from '../../src/scripted-model/scripted-model.js';
import { createRandomModel, type RandomModelSize } from './random-model.js';

/** A model that the bench has written. It goes on until `max_tokens`, whatever it is asked. */
export interface BenchModel {
  /** As the tables name it. */
  readonly name: string;
  /** Absolute path of its GGUF file. */
  readonly path: string;
}

/** The models of all questions. */
export interface BenchModels {
  /** Says a known text; a token costs well under a millisecond, so what surrounds the engine shows. */
  readonly scripted: BenchModel;
  /** Costs a few milliseconds a token, as real small models do. */
  readonly random: BenchModel;
}

const COUNT = Array.from({ length: 256 }, (_, index) => `${index + 1}`).join(' ');

/** Any number but 0. */
const SEED = 20_261_123;

/** 22 million parameters. */
const SMALL: RandomModelSize = { width: 512, blocks: 6, feedForward: 1408 };
/** 60 million. */
const LARGE: RandomModelSize = { width: 768, blocks: 8, feedForward: 2048 };

/** Writes the models' files into `folder`. */
export async function writeBenchModels(folder: string): Promise<BenchModels> {
  const script = { name: 'scripted', replies: [{ text: COUNT, endless: true }] };
  return {
    scripted: await write(folder, 'scripted', createScriptedModel(script)),
    random: await write(folder, 'random', createRandomModel(SEED, SMALL)),
  };
}

/** Writes the file of a random model that is large enough for its weights, not what surrounds them, to cost the time. */
export function writeLargeModel(folder: string): Promise<BenchModel> {
  return write(folder, 'random, 60 million', createRandomModel(SEED, LARGE));
}

async function write(folder: string, name: string, file: Uint8Array): Promise<BenchModel> {
  const path = join(folder, `${name}.gguf`);
  await writeFile(path, file);
  return { name, path };
}
