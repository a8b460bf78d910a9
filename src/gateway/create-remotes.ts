import type { FleetModel } from '../models/fleet.js';
import type { ModelHost } from '../models/model-host.js';
import type { StateFeed } from '../models/state-feed.js';
import type { DiscoverySpec, RemoteServerSpec, RoutedSpec, TargetSpec } from '../protocol/remote-spec.js';
import { Discovery } from '../remote/discovery.js';
import { createProber } from '../remote/probe.js';
import { createRemoteConnections } from '../remote/proxy.js';
import { RemoteServer } from '../remote/remote-server.js';
import { RoutedModel, type RoutedModelOptions } from '../remote/routed-model.js';
import type { Target } from '../remote/target.js';
import type { Logger } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';

/** What the models that are elsewhere need of the rest of the gateway. */
export interface RemotesOptions {
  /** The model of this alias that is served here now, if there is one: a target may be. */
  readonly findLocal: (alias: string) => ModelHost | undefined;
  /** Of this gateway, for the header by which it knows its own requests. */
  readonly hops: string;
  readonly metrics: Pick<Metrics, 'observerOf'>;
  readonly feed: StateFeed;
  readonly log: Logger;
}

/** All models that are elsewhere. */
export interface Remotes {
  /** Those that the config names. */
  readonly models: readonly FleetModel[];
  /** Those that other servers have told of so far. */
  discovered(): FleetModel[];
  /** Begins to look at all servers. Resolves when each has been looked at once. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Makes what the config says of other servers. Nothing is sent before `start`. */
export function createRemotes(
  { routed, remotes }: { readonly routed: readonly RoutedSpec[]; readonly remotes: readonly DiscoverySpec[] },
  { findLocal, hops, metrics, feed, log }: RemotesOptions,
): Remotes {
  const connections = createRemoteConnections();
  const prober = createProber(hops);
  const servers = new Map<string, RemoteServer>();

  /** Entries that say the same of a server share it. */
  function serverOf(spec: RemoteServerSpec): RemoteServer {
    const key = JSON.stringify(spec);
    const server = servers.get(key) ?? new RemoteServer(spec, { connections, prober, log });
    servers.set(key, server);
    return server;
  }

  function toTarget(spec: TargetSpec): Target {
    if (spec.kind === 'remote') {
      return { kind: 'remote', server: serverOf(spec.server), model: spec.model, slots: spec.slots };
    }
    const { alias } = spec;
    return { kind: 'local', alias, find: () => findLocal(alias) };
  }

  function create(options: Pick<RoutedModelOptions, 'spec' | 'targets'>): RoutedModel {
    const { alias } = options.spec;
    return new RoutedModel({
      ...options,
      observer: metrics.observerOf(alias),
      onState: (change) => feed.publish({ model: alias, ...change }),
      log: log.child({ model: alias }),
    });
  }

  const models = routed.map(
    (spec): FleetModel => ({
      host: create({ spec, targets: spec.targets.map(toTarget) }),
      category: spec.category,
      default: spec.default,
      threads: 0,
    }),
  );
  const configured = new Set(models.map(({ host }) => host.alias));
  const discovery = new Discovery(
    remotes.map((spec) => ({ spec, server: serverOf(spec.server) })),
    (alias) => configured.has(alias) || findLocal(alias) !== undefined,
    create,
  );

  return {
    models,
    discovered: () =>
      discovery.models().map((host) => ({ host, category: 'any', default: false, threads: 0 })),
    async start() {
      await Promise.all([...servers.values()].map((server) => server.start()));
    },
    async close() {
      for (const server of servers.values()) server.close();
      connections.close();
      await prober.close();
    },
  };
}
