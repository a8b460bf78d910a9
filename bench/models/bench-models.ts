import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createScriptedModel } from '../../src/scripted-model/scripted-model.js';
import type { ScriptedModelSize } from '../../src/scripted-model/weights.js';
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
  /** Large enough for its weights, not what surrounds them, to cost the time. */
  readonly large: BenchModel;
  /** Ends its replies by itself, and computes as long for its prompts as real small models do. */
  readonly heavy: BenchModel;
  /** A real one that was given to this run. */
  readonly story: BenchModel | undefined;
}

/** Environment variable with the path of a GGUF file of a real model that is to be asked too. */
const STORY = 'QVAC_BENCH_STORY';

const COUNT = countTo(256);

/** A reply of 16 tokens, and one that is never given: a model of one word for each is as wide as real ones. */
const ANSWERS = [{ text: countTo(16) }, { when: 'all of them', text: countTo(480) }];

/** Any number but 0. */
const SEED = 20_261_123;

/** 22 million parameters. */
const SMALL: RandomModelSize = { width: 512, blocks: 6, feedForward: 1408 };
/** 60 million. */
const LARGE: RandomModelSize = { width: 768, blocks: 8, feedForward: 2048 };

/** 20 million, all but a few of them zero. */
const HEAVY: ScriptedModelSize = { blocks: 8, headSize: 128, feedForward: 1_408 };

/** Writes the models' files into `folder`. */
export async function writeBenchModels(folder: string): Promise<BenchModels> {
  const count = { name: 'scripted', replies: [{ text: COUNT, endless: true }] };
  const answer = { name: 'heavy', contextLength: 8_192, replies: ANSWERS };
  const story = process.env[STORY];
  return {
    scripted: await write(folder, 'scripted', createScriptedModel(count)),
    random: await write(folder, 'random', createRandomModel(SEED, SMALL)),
    large: await write(folder, 'random, 60 million', createRandomModel(SEED, LARGE)),
    heavy: await write(folder, 'heavy', createScriptedModel(answer, HEAVY)),
    story: story ? { name: 'story', path: resolve(story) } : undefined,
  };
}

async function write(folder: string, name: string, file: Uint8Array): Promise<BenchModel> {
  const path = join(folder, `${name}.gguf`);
  await writeFile(path, file);
  return { name, path };
}

function countTo(last: number): string {
  return Array.from({ length: last }, (_, index) => `${index + 1}`).join(' ');
}
