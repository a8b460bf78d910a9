/** What the program's exit code says. */
export const EXIT = {
  ok: 0,
  /** It could not start or had to stop: the config, the port, a second signal. */
  failure: 1,
  /** The command line is wrong. */
  usage: 2,
} as const;
