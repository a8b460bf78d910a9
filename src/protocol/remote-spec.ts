import type { Category } from './model-types.js';

/** Another OpenAI-compatible server, and how it is asked. */
export interface RemoteServerSpec {
  /** Base URL with the path of its API (`/v1`), without a slash at its end. */
  readonly url: string;
  /** Sent to it as a Bearer token. */
  readonly apiKey?: string | undefined;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly connectTimeoutMs: number;
  /** From the end of the request to the head of its answer. A blocking completion has none before it is whole. */
  readonly headersTimeoutMs: number;
  /** Between two parts of an answer. */
  readonly idleTimeoutMs: number;
  /** Between two looks at whether it is there. */
  readonly probeIntervalMs: number;
}

/** Where the calls of an alias may go: to a model of another server, or to a model of this gateway. */
export type TargetSpec =
  | {
      readonly kind: 'remote';
      readonly server: RemoteServerSpec;
      /** Its name there. */
      readonly model: string;
      /** Calls that it gets at once. */
      readonly slots: number;
    }
  | { readonly kind: 'local'; readonly alias: string };

/** By the order of the config, or by how many of their slots are taken. */
export type TargetOrder = 'priority' | 'least-busy';

/** An alias whose calls go elsewhere. */
export interface RoutedSpec {
  readonly alias: string;
  /** `any`: only its targets know what it is for. */
  readonly category: Category | 'any';
  /** Answers requests without a `model` field in its category. */
  readonly default: boolean;
  readonly order: TargetOrder;
  /** Requests that may wait for it. */
  readonly queue: number;
  /** At least one. */
  readonly targets: readonly TargetSpec[];
}

/** A server of which all models are offered. */
export interface DiscoverySpec {
  readonly server: RemoteServerSpec;
  /** Stands before its models' names. */
  readonly prefix: string;
  /** Names there, `*` for any text. None: all. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Calls that each of its models gets at once. */
  readonly slots: number;
  /** Requests that may wait for each of its models. */
  readonly queue: number;
}
