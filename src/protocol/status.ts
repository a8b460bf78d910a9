/** What `GET /qvac/v1/status` answers. Times are in ISO 8601. */

/** A call that runs or waits. */
export interface CallStatus {
  /** Its request's id; `DELETE /qvac/v1/calls/:id` cancels it. */
  readonly id: string;
  readonly kind: string;
  readonly received_at: string;
}

/** How a worker ended that was not asked to, or why its last load failed. */
export interface ExitStatus {
  readonly code: string;
  readonly reason: string;
  readonly stderr_tail: readonly string[];
  readonly at: string;
}

/** How a worker is; or several together: numbers are sums then, and the rest is that of one of them. */
interface WorkerStatus {
  /** Of several: of the one that is nearest to serving. */
  readonly state: string;
  readonly state_since: string;
  /** Of several: the earliest. */
  readonly loaded_at: string | null;
  /** Workers that there have been since the gateway started, the present one included. */
  readonly incarnation: number;
  /** Workers that were started because one had failed. */
  readonly restarts: number;
  /** Of its engine's process. Of several: of the first that has one. */
  readonly pid: number | null;
  readonly memory_bytes: number | null;
  /** Of several: the latest. */
  readonly last_exit: ExitStatus | null;
}

/** One worker of a model. */
export interface ReplicaStatus extends WorkerStatus {
  /** Calls that its engine works on. */
  readonly running: number;
  /** Where it is, if it is no worker of this gateway but a target of a routed model. */
  readonly target?: string | undefined;
}

/** One configured model, with all its workers together. */
export interface ModelStatus extends WorkerStatus {
  readonly id: string;
  readonly category: string;
  /** What it is likely to take, by its files. */
  readonly memory_estimate_bytes: number;
  /** What is kept for it of the budget: the estimate, or the most that it was seen to have. 0 if it is not loaded. */
  readonly memory_reserved_bytes: number;
  /** When it will be unloaded if no call comes; null while it has calls, is not loaded, or stays for ever. */
  readonly expires_at: string | null;
  readonly replicas: readonly ReplicaStatus[];
  /** CPU threads that each of them may use. */
  readonly threads: number;
  /** The files that its load waits for; null while nothing is downloaded. */
  readonly download: {
    readonly downloaded_bytes: number;
    /** Null if the server does not tell. */
    readonly total_bytes: number | null;
    /** By the speed of late; null while nobody can tell. */
    readonly seconds_left: number | null;
  } | null;
  /** Calls that it runs at once, all replicas together. */
  readonly slots: number;
  /** Calls that may wait. */
  readonly queue_limit: number;
  /**
   * Tokens since the gateway started. Those of completions grow while a reply comes, by its parts; at its end they are the
   * engine's own count.
   */
  readonly tokens: {
    readonly prompt_total: number;
    readonly completion_total: number;
  };
  /** `started_at` is null while a call has its slot and waits for the model to load. */
  readonly calls: readonly (CallStatus & { readonly started_at: string | null })[];
  /** In the order of their turns. */
  readonly queue: readonly (CallStatus & { readonly position: number })[];
}

/** What is counted of the keys of one name, since the gateway started. */
export interface KeyStatus {
  /** `-` stands for all keys without a name. */
  readonly name: string;
  /** Requests for answers of models, those that were refused included. */
  readonly requests: number;
  /** What was refused because of the key's limits. */
  readonly rejected: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  /** Requests for answers of models that are open. */
  readonly running: number;
}

/** The whole gateway. */
export interface GatewayStatus {
  readonly object: 'status';
  readonly is_ready: boolean;
  readonly is_stopping: boolean;
  readonly pid: number;
  readonly memory_bytes: number;
  /** What all models together may take. */
  readonly memory_budget_bytes: number;
  /** What is kept of it for the models that are loaded. */
  readonly memory_reserved_bytes: number;
  readonly started_at: string;
  readonly uptime_seconds: number;
  readonly models: readonly ModelStatus[];
  readonly keys: readonly KeyStatus[];
}
