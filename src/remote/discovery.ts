import type { DiscoverySpec } from '../protocol/remote-spec.js';
import { createNameFilter } from './name-filter.js';
import type { RemoteServer } from './remote-server.js';
import type { RoutedModel, Routing } from './routed-model.js';

/** A server of which all models are offered. */
export interface DiscoveredServer {
  readonly spec: DiscoverySpec;
  readonly server: RemoteServer;
}

/** How models begin and end. */
export interface DiscoveryOptions {
  readonly create: (routing: Routing) => RoutedModel;
  /** Nobody can ask for it any more. */
  readonly dismiss: (model: RoutedModel) => void;
}

/**
 * The models of other servers, by the names that they have here. A model that has gone from its server's list goes from
 * here too; one of a server that is down stays, so that it can be told why it is not served.
 */
export class Discovery {
  readonly #options: DiscoveryOptions;
  #servers: readonly (DiscoveredServer & { readonly isOffered: (name: string) => boolean })[] = [];
  #taken: ReadonlySet<string> = new Set();
  #models: ReadonlyMap<string, RoutedModel> = new Map();
  #leave: readonly (() => void)[] = [];

  constructor(options: DiscoveryOptions) {
    this.#options = options;
  }

  /** In the order of the config, and of each server's list. */
  models(): RoutedModel[] {
    return [...this.#models.values()];
  }

  /**
   * Offers the models of these from now on.
   *
   * @param servers the first that has a name is asked for it.
   * @param taken names that the config gives to models of its own.
   */
  apply(servers: readonly DiscoveredServer[], taken: ReadonlySet<string>): void {
    for (const leave of this.#leave) leave();
    this.#servers = servers.map((one) => ({ ...one, isOffered: createNameFilter(one.spec) }));
    this.#taken = taken;
    this.#leave = servers.map(({ server }) => server.onChange(() => this.#update()));
    this.#update();
  }

  #update(): void {
    const models = new Map<string, RoutedModel>();
    for (const { spec, server, isOffered } of this.#servers) {
      const { prefix, queue, slots } = spec;
      for (const name of server.models) {
        const alias = prefix + name;
        if (!isOffered(name) || models.has(alias) || this.#taken.has(alias)) continue;
        models.set(
          alias,
          this.#serve({
            spec: { alias, order: 'priority', queue },
            targets: [{ kind: 'remote', server, model: name, slots }],
          }),
        );
      }
    }
    const gone = this.models().filter(({ alias }) => !models.has(alias));
    this.#models = models;
    for (const model of gone) this.#options.dismiss(model);
  }

  #serve(routing: Routing): RoutedModel {
    const known = this.#models.get(routing.spec.alias);
    known?.reroute(routing);
    return known ?? this.#options.create(routing);
  }
}
