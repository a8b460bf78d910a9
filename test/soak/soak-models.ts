import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createScriptedModel } from '../../src/scripted-model/scripted-model.js';
import { createScriptedWhisper } from '../support/scripted-whisper.js';
import { ALPHA, BETA } from '../support/scripts.js';
import { WITHOUT_VULKAN } from '../support/vulkan.js';

/** What the whisper model says. */
export const SPOKEN = [' Ask', ' not', ' what', ' your', ' country', ' can', ' do', ' for', ' you', '.'];

/** Long enough for a busy machine, short enough for an engine that was stopped to be found. */
const STALL_TIMEOUT_MS = 4_000;
const LOAD_TIMEOUT_MS = 20_000;

/**
 * Writes the models of the soak test and their config into `folder`: `alpha` and `beta` chat, `vectors` embeds, and
 * `whisper` transcribes, where it can run.
 *
 * @returns the path of the config.
 */
export function writeSoakConfig(folder: string): string {
  const write = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes);
    return `./${name}`;
  };
  const common = { stallTimeoutMs: STALL_TIMEOUT_MS, loadTimeoutMs: LOAD_TIMEOUT_MS, queue: 5 };
  const chat = { ...common, type: 'llm', config: { device: 'cpu', ctx_size: 8192 } };
  const models = {
    alpha: { ...chat, src: write('alpha.gguf', createScriptedModel(ALPHA)), preload: true },
    beta: { ...chat, src: write('beta.gguf', createScriptedModel(BETA)) },
    vectors: { ...common, src: './beta.gguf', type: 'embeddings', config: { device: 'cpu' } },
    ...(!WITHOUT_VULKAN && {
      whisper: { ...common, src: write('whisper.bin', createScriptedWhisper(SPOKEN)), type: 'whisper' },
    }),
  };
  const path = join(folder, 'qvac.config.json');
  writeFileSync(path, JSON.stringify({ serve: { models } }));
  return path;
}
