import type { DiscoverySpec, RemoteServerSpec, RoutedSpec, TargetSpec } from '../protocol/remote-spec.js';
import type { ConfigProblem } from './config-error.js';
import { toFieldPath } from './field-path.js';
import type { ConfiguredModel } from './gateway-config.js';
import { toRemoteUrl } from './remote-url.js';
import type { RemoteEntry, RoutedEntry } from './schema.js';

/** An entry of `serve.models` whose calls go elsewhere. With problems it is of no use. */
interface ResolvedRoute {
  readonly model: RoutedSpec;
  readonly problems: readonly ConfigProblem[];
}

/** @param models those that are served here, which targets may name. */
export function resolveRouted(
  alias: string,
  entry: RoutedEntry,
  models: readonly ConfiguredModel[],
): ResolvedRoute {
  const path = ['serve', 'models', alias];
  const written = 'targets' in entry ? entry.targets : [entry];
  const problems: ConfigProblem[] = [];
  const locals: ConfiguredModel[] = [];
  const targets = written.map((target, index): TargetSpec => {
    if ('url' in target) {
      return { kind: 'remote', server: toServerSpec(target), model: target.model, slots: target.slots };
    }
    const model = models.find((one) => one.alias === target.alias);
    if (model) locals.push(model);
    else {
      problems.push({
        path: toFieldPath([...path, 'targets', index, 'alias']),
        message: `no model "${target.alias}" is served here; name one of serve.models that has no "url" and no "targets"`,
      });
    }
    return { kind: 'local', alias: target.alias };
  });

  const category = entry.category ?? locals[0]?.category ?? 'any';
  for (const { alias: name, category: other } of locals) {
    if (other === category) continue;
    problems.push({
      path: toFieldPath([...path, 'targets']),
      message: `"${name}" is a ${other} model, and the others are for ${category}`,
    });
  }
  if (entry.default && category === 'any') {
    problems.push({
      path: toFieldPath([...path, 'default']),
      message: 'needs "category" beside it: of which kind of endpoint is this the default?',
    });
  }
  return {
    model: {
      alias,
      category,
      default: entry.default,
      order: 'targets' in entry ? entry.order : 'priority',
      queue: entry.queue,
      targets,
    },
    problems,
  };
}

/** An entry of `serve.remotes`. */
export function toDiscoverySpec(entry: RemoteEntry): DiscoverySpec {
  const { prefix, include, exclude, slots, queue } = entry;
  return { server: toServerSpec(entry), prefix, include, exclude, slots, queue };
}

function toServerSpec(entry: RemoteServerSpec): RemoteServerSpec {
  const { url, apiKey, headers, connectTimeoutMs, headersTimeoutMs, idleTimeoutMs, probeIntervalMs } = entry;
  return {
    url: toRemoteUrl(url) ?? url,
    apiKey,
    headers,
    connectTimeoutMs,
    headersTimeoutMs,
    idleTimeoutMs,
    probeIntervalMs,
  };
}
