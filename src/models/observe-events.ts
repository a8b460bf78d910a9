import type { CallKind, EventOf } from '../protocol/jobs.js';
import type { CallObserver, RequestObserver } from '../telemetry/call-observer.js';

/**
 * Makes what tells an observer of the events of one call, as they come. Only the parts of a chat's reply have times.
 *
 * @param askedAt when the call was asked for, by `now`.
 * @param now as `performance.now`.
 * @param asking told of it too, but for the tokens one by one.
 */
export function observeEvents(
  observer: CallObserver,
  askedAt: number,
  now: () => number,
  asking?: RequestObserver,
) {
  let lastAt: number | undefined;
  return (events: readonly EventOf<CallKind>[]): void => {
    if (hasToken(events[0])) {
      const at = now();
      if (lastAt === undefined) {
        observer.firstToken(at - askedAt);
        asking?.firstToken(at - askedAt);
      } else {
        observer.nextToken(at - lastAt);
      }
      lastAt = at;
    }
    const last = events.at(-1);
    if (last?.type !== 'end') return;
    if ('usage' in last) {
      const { promptTokens, completionTokens, cachedTokens } = last.usage;
      observer.counted(promptTokens, completionTokens);
      asking?.counted(promptTokens, completionTokens, cachedTokens);
    } else if ('promptTokens' in last) {
      observer.counted(last.promptTokens, 0);
      asking?.counted(last.promptTokens, 0, 0);
    }
  };
}

function hasToken(event: EventOf<CallKind> | undefined): boolean {
  return event !== undefined && event.type !== 'end' && event.type !== 'vectors';
}
