/**
 * Whether a key of a model `config` holds the source of a further model (a projector, a vocabulary, a VAE …).
 * The SDK names them all alike; a test walks its schemas and holds this against them.
 */
export function isModelSourceKey(key: string): boolean {
  return key.endsWith('Src') || key === 'model_src';
}
