import type { z } from 'zod';
import type { ModelType } from '../protocol/model-types.js';

/** The export of the SDK's `schemas/load-model.js` whose `modelConfig` describes each type. */
const SCHEMA_NAMES: Readonly<Record<ModelType, string>> = {
  'llamacpp-completion': 'loadLlmModelRequestSchema',
  'llamacpp-embedding': 'loadEmbeddingsModelRequestSchema',
  'whispercpp-transcription': 'loadWhisperModelRequestSchema',
  'bci-whispercpp-transcription': 'loadBciModelRequestSchema',
  'parakeet-transcription': 'loadParakeetModelRequestSchema',
  'nmtcpp-translation': 'loadNmtModelRequestSchema',
  'tts-ggml': 'loadTtsModelRequestSchema',
  'ggml-ocr': 'loadOcrModelRequestSchema',
  'sdcpp-generation': 'loadDiffusionModelRequestSchema',
  'ggml-vla': 'loadVlaModelRequestSchema',
  'ggml-classification': 'loadClassificationModelRequestSchema',
};

/**
 * The SDK's own schema of `modelConfig` for a type; `undefined` where the SDK does not have it in the place that
 * 0.16 has. It is not a public export, hence the care; about 90 ms to import, hence only when asked for.
 * @param module URL of the SDK's module; for tests.
 */
export async function loadSdkSchema(
  type: ModelType,
  module: string = new URL('./schemas/load-model.js', import.meta.resolve('@qvac/sdk')).href,
): Promise<z.core.$ZodType | undefined> {
  const schemas: Record<string, unknown> = await import(module).catch(() => ({}));
  const request = schemas[SCHEMA_NAMES[type]] as Partial<z.ZodObject> | undefined;
  const config: unknown = request?.shape?.modelConfig;
  return isSchema(config) ? config : undefined;
}

function isSchema(value: unknown): value is z.core.$ZodType {
  return typeof value === 'object' && value !== null && '_zod' in value;
}
