import type { ApiKey } from '../protocol/api-key.js';
import type { ModelSpec } from '../protocol/model-spec.js';
import type { Category } from '../protocol/model-types.js';
import type { DiscoverySpec, RoutedSpec } from '../protocol/remote-spec.js';
import type { MemoryBudget } from './memory-budget.js';

/** A model of the config, resolved: what a worker needs to load it, and how the gateway treats it. */
export interface ConfiguredModel extends ModelSpec {
  readonly category: Category;
  /** Answers requests without a `model` field in its category. At most one per category. */
  readonly default: boolean;
  /** Loaded before the port answers. */
  readonly preload: boolean;
  /** Never unloaded to make room for another. */
  readonly pinned: boolean;
  /** How long it stays loaded without a request; below zero for ever. */
  readonly keepAliveMs: number;
  /** Workers that answer for it, each with the model loaded. */
  readonly replicas: number;
  /** Requests that may wait for it. */
  readonly queue: number;
  /** How long a load may take, downloads not included. */
  readonly loadTimeoutMs: number;
  /** How long its engine may give no sign of life while a request runs. */
  readonly stallTimeoutMs: number;
  /** The SDK constant that it was named by, if it was. */
  readonly constant?: string;
}

/** Origins whose web pages may call the API, written as browsers send them. */
export type CorsOrigins = 'any' | readonly string[];

/** A config, read once, checked and deep-frozen. */
export interface GatewayConfig {
  /** Absolute path of the file it came from; `undefined` if there is none and everything is a default. */
  readonly file: string | undefined;
  readonly host: string;
  /** 0 means any free port. */
  readonly port: number;
  /** Without one, no key is needed. */
  readonly apiKeys: readonly ApiKey[];
  /** Empty: CORS is off. */
  readonly corsOrigins: CorsOrigins;
  /** What `GET /v1/models` lists unless the request says otherwise. */
  readonly listModels: 'loaded' | 'configured';
  /** Hosts that images may be fetched from, as `URL` writes them; one without a port means the usual one. */
  readonly imageHosts: readonly string[];
  /** For a request that does not say how long it waits; `undefined` is as long as it needs. */
  readonly requestTimeoutMs: number | undefined;
  /** What all models together may take of the memory. */
  readonly memoryBudget: MemoryBudget;
  /** Models that may be loaded at once; `undefined` is as many as fit. */
  readonly maxLoaded: number | undefined;
  /** In the order of the file; aliases are unique. */
  readonly models: readonly ConfiguredModel[];
  /** Models whose calls go elsewhere; their aliases are none of the others'. */
  readonly routed: readonly RoutedSpec[];
  /** Servers of which all models are offered. */
  readonly remotes: readonly DiscoverySpec[];
  /** The SDK's own top-level settings, as they were written. */
  readonly sdk: Readonly<Record<string, unknown>>;
  /** What a person should know at start-up although it stops nothing. */
  readonly warnings: readonly string[];
}
