import { loggingStream, SDK_ALL_LOG_ID } from '@qvac/sdk';
import type { LifeEvent } from '../protocol/events.js';

/** The SDK's last words on a load. */
const LAST_WORDS = /\bend\b.*\bkind=loadModel\b/;

/**
 * Reports what the SDK and the engine log while a model is loaded. Not longer: of calls they log what was asked. Lines come
 * late, also when the load is over.
 *
 * @returns a function that tells it that the load is over, and calls may come.
 */
export function reportLoadLog(report: (event: LifeEvent) => void): () => void {
  let overAt = Number.POSITIVE_INFINITY;
  void (async () => {
    try {
      const lines = loggingStream({ id: SDK_ALL_LOG_ID });
      for await (const { level, namespace, message, timestamp } of lines) {
        if (timestamp >= overAt) return;
        report({ type: 'load-log', level, source: namespace, message });
        if (LAST_WORDS.test(message)) return;
      }
    } catch {} // the process has ended, which is told otherwise
  })();
  return () => {
    overAt = Date.now();
  };
}
