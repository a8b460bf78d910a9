import type { GatewayConfig } from '../config/gateway-config.js';
import type { FleetModel } from '../models/fleet.js';
import type { ModelHost } from '../models/model-host.js';
import type { StateFeed } from '../models/state-feed.js';
import type { DiscoverySpec, RemoteServerSpec, RoutedSpec, TargetSpec } from '../protocol/remote-spec.js';
import { Discovery } from '../remote/discovery.js';
import { createProber, type Prober } from '../remote/probe.js';
import { createRemoteConnections } from '../remote/proxy.js';
import { RemoteServer } from '../remote/remote-server.js';
import { RoutedModel, type Routing } from '../remote/routed-model.js';
import type { Target } from '../remote/target.js';
import type { Logger } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import { compareEntries, type ModelChanges, mergeChanges } from './compare-models.js';
import { toFarewell } from './farewell.js';

/** What the models that are elsewhere need of the rest of the gateway. */
export interface RemoteModelsOptions {
  /** The model of this alias that is served here now, if there is one: a target may be. */
  readonly findLocal: (alias: string) => ModelHost | undefined;
  /** Of this gateway, for the header by which it knows its own requests. */
  readonly hops: string;
  readonly metrics: Metrics;
  readonly feed: StateFeed;
  readonly log: Logger;
}

/** What the config says of models that are elsewhere, and the names that are not theirs. */
type RemoteConfig = Pick<GatewayConfig, 'models' | 'routed' | 'remotes'>;

/** A model that the config names. */
interface Routed {
  readonly spec: RoutedSpec;
  readonly host: RoutedModel;
}

/** The models that are elsewhere, as the config has them. */
export class RemoteModels {
  readonly #options: RemoteModelsOptions;
  readonly #connections = createRemoteConnections();
  readonly #prober: Prober;
  readonly #discovery: Discovery;
  #config: RemoteConfig = { models: [], routed: [], remotes: [] };
  /** By what the config says of them: entries that say the same share one. */
  #servers: ReadonlyMap<string, RemoteServer> = new Map();
  #routed: ReadonlyMap<string, Routed> = new Map();
  /** Models that nobody can ask for any more, until their last calls have ended. */
  readonly #leaving = new Set<RoutedModel>();

  constructor(options: RemoteModelsOptions) {
    this.#options = options;
    this.#prober = createProber(options.hops);
    this.#discovery = new Discovery({
      create: (routing) => this.#create(routing),
      dismiss: (model) => this.#dismiss(model),
    });
  }

  /** All that may have calls. */
  get hosts(): RoutedModel[] {
    const routed = [...this.#routed.values()].map(({ host }) => host);
    return [...this.#leaving, ...routed, ...this.#discovery.models()];
  }

  /** Those that the config names, for the fleet. */
  get fleetModels(): FleetModel[] {
    return [...this.#routed.values()].map(({ spec, host }) => ({
      host,
      category: spec.category,
      default: spec.default,
      threads: 0,
    }));
  }

  /** Those that other servers have told of so far, for the fleet. */
  discovered(): FleetModel[] {
    return this.#discovery.models().map((host) => ({ host, category: 'any', default: false, threads: 0 }));
  }

  /**
   * Serves these from now on. What is the same stays as it is, with its calls; what has changed sends the next call by what
   * the config says now. Nothing is sent to a new server before {@link start}.
   */
  apply(config: RemoteConfig): ModelChanges {
    const changes = mergeChanges(
      compareEntries(this.#config.routed, config.routed, ({ alias }) => alias),
      compareEntries(this.#config.remotes, config.remotes, toName),
    );
    const former = this.#servers;
    const gone = new Map(this.#routed);
    this.#config = config;
    this.#servers = this.#toServers(config);
    this.#routed = new Map(config.routed.map((spec) => [spec.alias, this.#serve(spec)]));
    for (const alias of this.#routed.keys()) gone.delete(alias);
    this.#discovery.apply(
      config.remotes.map((spec) => ({ spec, server: this.#serverOf(spec.server) })),
      new Set([...config.models, ...config.routed].map(({ alias }) => alias)),
    );
    for (const { host } of gone.values()) this.#dismiss(host); // now it is known whether another has its name
    for (const [key, server] of former) if (!this.#servers.has(key)) server.close();
    return changes;
  }

  /** Begins to look at the servers that are new. Resolves when each has been looked at once. */
  async start(): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server.start()));
  }

  /** Call it when no call runs any more. */
  async close(): Promise<void> {
    for (const server of this.#servers.values()) server.close();
    this.#connections.close();
    await this.#prober.close();
  }

  #toServers({ routed, remotes }: RemoteConfig): ReadonlyMap<string, RemoteServer> {
    const targets = routed.flatMap((model) => model.targets);
    const specs = [
      ...targets.flatMap((target) => (target.kind === 'remote' ? target.server : [])),
      ...remotes.map(({ server }) => server),
    ];
    const wanted = new Map(specs.map((spec) => [toKey(spec), spec]));
    const left = [...this.#servers].flatMap(([key, server]) => (wanted.has(key) ? [] : server));
    const { log } = this.#options;
    const parts = { connections: this.#connections, prober: this.#prober, log };
    return new Map(
      [...wanted].map(([key, spec]) => {
        const before = left.find(({ spec: { url } }) => url === spec.url);
        return [key, this.#servers.get(key) ?? new RemoteServer(spec, parts, before)];
      }),
    );
  }

  #serverOf(spec: RemoteServerSpec): RemoteServer {
    const server = this.#servers.get(toKey(spec));
    if (!server) throw new Error(`no server was made for ${spec.url}`);
    return server;
  }

  #serve(spec: RoutedSpec): Routed {
    const routing = { spec, targets: spec.targets.map((target) => this.#toTarget(target)) };
    const host = this.#routed.get(spec.alias)?.host;
    host?.reroute(routing);
    return { spec, host: host ?? this.#create(routing) };
  }

  #toTarget(spec: TargetSpec): Target {
    if (spec.kind === 'remote') {
      const { server, model, slots } = spec;
      return { kind: 'remote', server: this.#serverOf(server), model, slots };
    }
    const { alias } = spec;
    return { kind: 'local', alias, find: () => this.#options.findLocal(alias) };
  }

  #create(routing: Routing): RoutedModel {
    const { alias } = routing.spec;
    const { metrics, feed, log } = this.#options;
    return new RoutedModel(routing, {
      observer: metrics.observerOf(alias),
      onState: (change) => feed.publish({ model: alias, ...change }),
      log: log.child({ model: alias }),
    });
  }

  #dismiss(model: RoutedModel): void {
    const { alias } = model;
    const named = [...this.#config.models, ...this.#config.routed, ...this.#discovery.models()];
    const isServed = named.some((other) => other.alias === alias);
    this.#leaving.add(model);
    void model.dismiss(toFarewell(alias, isServed)).then(() => this.#leaving.delete(model));
  }
}

function toKey(spec: RemoteServerSpec): string {
  return JSON.stringify(spec);
}

/** What an entry of `serve.remotes` is called: the names that its models have here, and where they are. */
function toName({ prefix, server }: DiscoverySpec): string {
  return `${prefix}* at ${new URL(server.url).host}`;
}
