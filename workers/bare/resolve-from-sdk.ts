/** What Bare has in `import.meta`, as far as it matters here: its modules by URL, each a bare-module `Module`. */
interface BareMeta {
  readonly url: string;
  readonly cache: Record<string, object | undefined>;
}

/** bare-module's `Module`, to which nothing but a module leads. */
interface ModuleClass {
  resolve(specifier: string, parent: URL, options: { isImport: boolean; referrer: object }): URL;
}

/**
 * Where a package is that the SDK's worker imports: it is the SDK's, and may be another than ours of that name.
 *
 * @param through a package of the SDK that imports it, if the SDK itself does not.
 * @throws Error if it is not there, or this Bare does not look as expected.
 */
export function resolveFromSdk(specifier: string, through?: string): URL {
  const { url, cache } = import.meta as unknown as BareMeta;
  const own = cache?.[url];
  const { resolve } = (own?.constructor ?? {}) as unknown as ModuleClass;
  if (!own || typeof resolve !== 'function') throw new Error('this Bare does not tell where its modules are');
  const find = (name: string, from: URL): URL => resolve(name, from, { isImport: true, referrer: own });
  const sdk = find('@qvac/sdk/worker-core', new URL(url));
  return find(specifier, through === undefined ? sdk : find(through, sdk));
}
