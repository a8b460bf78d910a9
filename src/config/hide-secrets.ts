/**
 * A copy of a config to quote from in messages, and to show: whatever was written in `serve.apiKeys`, and as `apiKey` and
 * `headers` of a remote, is a secret.
 */
export function hideSecrets(value: unknown): unknown {
  if (!isObject(value) || !isObject(value.serve)) return value;
  const { apiKeys, models, remotes } = value.serve;
  return {
    ...value,
    serve: {
      ...value.serve,
      ...(apiKeys !== undefined && { apiKeys: hide(apiKeys) }),
      ...(models !== undefined && { models: hideCredentials(models) }),
      ...(remotes !== undefined && { remotes: hideCredentials(remotes) }),
    },
  };
}

/** Of remotes, wherever they stand among the models. What the SDK gets as a model's `config` is not looked into. */
function hideCredentials(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hideCredentials);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (key === 'config') return [key, item];
      return [key, key === 'apiKey' || key === 'headers' ? hide(item) : hideCredentials(item)];
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
