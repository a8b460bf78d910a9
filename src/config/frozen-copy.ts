/**
 * A deep-frozen copy of plain data. A copy, since the original can be an object that the SDK or a config module
 * exports, which is not ours to freeze.
 */
export function frozenCopy<T>(value: T): T {
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.freeze(
    Object.fromEntries(Object.entries(value).map(([key, item]) => [key, frozenCopy(item)])),
  ) as T;
}
