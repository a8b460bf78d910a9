/** What `GET /qvac/v1/status` answers. Times are in ISO 8601. */

/** A call that runs or waits. */
export interface CallStatus {
  /** Its request's id; `DELETE /qvac/v1/calls/:id` cancels it. */
  readonly id: string;
  readonly kind: string;
  readonly received_at: string;
}

/** One configured model. */
export interface ModelStatus {
  readonly id: string;
  readonly category: string;
  readonly state: string;
  readonly state_since: string;
  readonly loaded_at: string | null;
  /** Workers that it has had since the gateway started, the present one included. */
  readonly incarnation: number;
  /** Workers that were started because one had failed. */
  readonly restarts: number;
  /** Of its engine's process. */
  readonly pid: number | null;
  readonly memory_bytes: number | null;
  readonly last_exit: {
    readonly code: string;
    readonly reason: string;
    readonly stderr_tail: readonly string[];
    readonly at: string;
  } | null;
  /** Calls that it runs at once. */
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

/** The whole gateway. */
export interface GatewayStatus {
  readonly object: 'status';
  readonly is_ready: boolean;
  readonly is_stopping: boolean;
  readonly pid: number;
  readonly memory_bytes: number;
  readonly started_at: string;
  readonly uptime_seconds: number;
  readonly models: readonly ModelStatus[];
}
