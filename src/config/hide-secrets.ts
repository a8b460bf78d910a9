/** A copy of a config to quote from in messages: whatever was written in `serve.apiKeys` is a key, and is not quoted. */
export function hideSecrets(value: unknown): unknown {
  if (!isObject(value) || !isObject(value.serve) || !('apiKeys' in value.serve)) return value;
  return { ...value, serve: { ...value.serve, apiKeys: hide(value.serve.apiKeys) } };
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
