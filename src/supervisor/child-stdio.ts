/** What `fork` takes for one file descriptor of the child. */
type Stdio = 'inherit' | 'ignore' | 'ipc' | number;

/**
 * The gateway's file descriptors: the three of ours, the channel, and those that the command line names, as
 * `--api-key-file <(print-my-keys)` does. Node passes no others on.
 */
export function childStdio(args: readonly string[]): Stdio[] {
  const named = args.flatMap((arg) => {
    const [, fd] = /^(?:.*=)?\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(arg) ?? [];
    return fd === undefined ? [] : [Number(fd)];
  });
  const stdio: Stdio[] = ['inherit', 'inherit', 'inherit'];
  for (let fd = 3; fd <= Math.max(2, ...named); fd += 1) stdio.push(named.includes(fd) ? fd : 'ignore');
  const free = stdio.indexOf('ignore');
  stdio[free < 0 ? stdio.length : free] = 'ipc';
  return stdio;
}
