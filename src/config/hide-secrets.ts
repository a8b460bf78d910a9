/** Keys whose values are secrets, wherever they stand. */
const SECRETS: readonly string[] = ['apiKeys', 'apiKey', 'headers'];

/**
 * A copy of a config to quote from in messages, and to show: the keys of clients, and what lets the gateway in at other servers,
 * are secrets.
 */
export function hideSecrets(value: unknown): unknown {
  if (!isObject(value) || !isObject(value.serve)) return value;
  return { ...value, serve: hideWithin(value.serve) };
}

/** What the SDK gets as a model's `config` is not looked into. */
function hideWithin(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hideWithin);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (key === 'config') return [key, item];
      return [key, SECRETS.includes(key) ? hide(item) : hideWithin(item)];
    }),
  );
}

/** Keeps the shape, which messages are about. */
function hide(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hide);
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hide(item)]));
  }
  return typeof value === 'string' || typeof value === 'number' ? '…' : value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
