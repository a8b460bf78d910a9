import fs from 'bare-fs';
import { readGgufHeader } from '../../src/protocol/gguf-header.js';
import { fitEmbeddingConfig, setThreads } from './fit-embedding.js';
import { serveEngine } from './serve-engine.js';

/** Bytes that hold the metadata of any model: the largest part is its vocabulary, 8 MB for 250,000 words. */
const HEADER_BYTES = 16 * 1024 * 1024;

await serveEngine(
  async () => {
    const { embeddingsPlugin } = await import('@qvac/sdk/llamacpp-embedding/plugin');
    return {
      ...embeddingsPlugin,
      createModel(params) {
        const modelConfig = fitEmbeddingConfig(
          params.modelConfig ?? {},
          readGgufHeader(readStart(params.modelPath)),
        );
        const result = embeddingsPlugin.createModel({ ...params, modelConfig });
        setThreads(result.model, (modelConfig as { threads?: unknown }).threads);
        return result;
      },
    };
  },
  // Unknown to the SDK's schema, which would drop it on the way: llama.cpp's own, as text.
  { toThreadsConfig: (threads) => ({ threads }) },
);

function readStart(path: string): Uint8Array {
  const file = fs.openSync(path);
  try {
    const bytes = new Uint8Array(Math.min(fs.fstatSync(file).size, HEADER_BYTES));
    return bytes.subarray(0, fs.readSync(file, bytes));
  } finally {
    fs.closeSync(file);
  }
}
