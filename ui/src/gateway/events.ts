import { KEPT_STREAM_MS, readFrames } from '../api/read-frames.js';
import { send } from '../api/send.js';
import { announce } from './announcement.js';
import { refreshStatus } from './status.js';
import { whileWatched } from './while-watched.js';

const PAUSE_MS = 3_000;

interface GatewayEvent {
  readonly type: 'state' | 'change';
  readonly model: string;
  readonly state: string;
  readonly reason?: string;
}

/** Shows each change of a model's state at once, and has it said. Without the stream, the next status tells of it. */
export function watchEvents(): void {
  whileWatched(async (signal) => {
    const response = await send('/qvac/v1/events', { signal });
    for await (const frame of readFrames(response, KEPT_STREAM_MS)) {
      const { type, model, state, reason } = JSON.parse(frame) as GatewayEvent;
      if (type !== 'change') continue;
      announce(`${model} is ${state}${reason === undefined ? '' : `: ${reason}`}`);
      await refreshStatus();
    }
  }, PAUSE_MS);
}
