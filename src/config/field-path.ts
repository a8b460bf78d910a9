const PLAIN_KEY = /^[\w$-]+$/;

/** Writes the path of a field as a person would: `serve.models["org/model:tag"].config.stop_sequences[0]`. */
export function toFieldPath(keys: readonly PropertyKey[]): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${key}]`;
    const name = String(key);
    if (!PLAIN_KEY.test(name)) return `${path}[${JSON.stringify(name)}]`;
    return path === '' ? name : `${path}.${name}`;
  }, '');
}
