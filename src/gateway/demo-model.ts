import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfiguredModel } from '../config/gateway-config.js';
import { MODEL_DEFAULTS } from '../config/model-defaults.js';
import { DEMO_SCRIPT } from '../scripted-model/demo-script.js';
import { createScriptedModel } from '../scripted-model/scripted-model.js';

/** Writes the built-in model's file into `folder`: what a gateway without any config serves. */
export async function createDemoModel(folder: string): Promise<ConfiguredModel> {
  const source = join(folder, 'demo.gguf');
  await writeFile(source, createScriptedModel(DEMO_SCRIPT));
  return {
    ...MODEL_DEFAULTS,
    alias: 'demo',
    type: 'llamacpp-completion',
    category: 'chat',
    source,
    // It has a token per byte of the prompt: an agent's system prompt alone would overflow the SDK's default of 1,024.
    config: { device: 'cpu', ctx_size: 16_384 },
    default: true,
    keepAliveMs: -1,
    preload: true,
  };
}
