/** What the program's exit code says. */
export const EXIT = {
  ok: 0,
  /** It could not start or had to stop: the config, the port, a second signal. */
  failure: 1,
  /** The command line is wrong. */
  usage: 2,
  /** No gateway answers a command that needs a running one. `EX_UNAVAILABLE` of sysexits.h. */
  noGateway: 69,
  /** The gateway died again and again. `EX_SOFTWARE` of sysexits.h. */
  crashLoop: 70,
  /** Ctrl+C, or another signal to stop, before the work was done: as shells say it. */
  interrupted: 130,
} as const;
