import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createScriptedModel } from '../../src/scripted-model/scripted-model.js';
import { createRandomModel } from './random-model.js';

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

/** Writes the models' files into `folder`. */
export async function writeBenchModels(folder: string): Promise<BenchModels> {
  const write = async (name: string, file: Uint8Array): Promise<BenchModel> => {
    const path = join(folder, `${name}.gguf`);
    await writeFile(path, file);
    return { name, path };
  };
  const script = { name: 'scripted', replies: [{ text: COUNT, endless: true }] };
  return {
    scripted: await write('scripted', createScriptedModel(script)),
    random: await write('random', createRandomModel(SEED)),
  };
}
