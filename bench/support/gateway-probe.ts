/** Loaded into a gateway by `node --import`: takes a CPU profile of its main thread when it is asked to. */
import { type Profiler, Session } from 'node:inspector';
import { isMainThread } from 'node:worker_threads';

/** A sample every so often. */
const INTERVAL_US = 200;

/** What the probe is asked, and its answer to `stop`. */
export type ProbeCommand = 'profile-start' | 'profile-stop';
export type ProbeReply = { readonly profile: Profiler.Profile | undefined };

if (isMainThread && process.send) {
  const session = new Session();
  session.connect();
  process.on('message', (command: ProbeCommand) => {
    if (command === 'profile-start') {
      session.post('Profiler.enable');
      session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US });
      session.post('Profiler.start', () => process.send?.({ profile: undefined } satisfies ProbeReply));
    } else {
      session.post('Profiler.stop', (_error, { profile }) => {
        process.send?.({ profile } satisfies ProbeReply);
      });
    }
  });
  process.channel?.unref();
}
