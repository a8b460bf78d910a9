import { fileURLToPath } from 'node:url';
import { createJiti } from 'jiti';
import { ConfigError } from './config-error.js';

/**
 * Runs a config module (`.js`, `.mjs`, `.cjs`, `.ts`, any module syntax) and returns what it exports as default; a promise is awaited.
 * jiti for all four: it needs no compiler, and unlike Node it says where a syntax error is.
 * @throws {ConfigError} with the module's own message if it throws, or if it has no default export.
 */
export async function importConfigModule(file: string): Promise<unknown> {
  const jiti = createJiti(import.meta.url, {
    // A config is read once, and its folder is the user's: no cache in memory, none on disk.
    moduleCache: false,
    fsCache: false,
    interopDefault: false,
    // So that `defineConfig` is found also when the gateway is installed globally.
    alias: { 'qvac-gateway': fileURLToPath(new URL('../index.js', import.meta.url)) },
  });
  const exported = await jiti.import<Record<string, unknown>>(file).catch((error: unknown) => {
    throw new ConfigError(file, [{ path: '', message: toMessage(error) }], { cause: error });
  });
  const settings = defaultExport(exported);
  if (settings !== undefined) return settings;
  throw new ConfigError(file, [
    { path: '', message: 'has no default export; write `export default { serve: { … } }`' },
  ]);
}

function defaultExport(exported: Record<string, unknown>): unknown {
  if ('default' in exported) return exported.default;
  const isEsModule = exported.__esModule === true || Object.getPrototypeOf(exported) === null;
  // A transpiled module without any export is an empty object, as CommonJS's untouched `exports` is.
  const isEmpty = typeof exported === 'object' && Object.keys(exported).length === 0;
  return isEsModule || isEmpty ? undefined : exported;
}

function toMessage(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const oneLine = text
    .replace(/\s*Require stack:.*/s, '')
    .replace(/\s+/g, ' ')
    .trim();
  return `failed while it was loaded: ${oneLine}`;
}
