import type { ModelStatus } from '../../../src/protocol/status.js';
import { formatSpan } from '../format.js';
import { gatewayNowMs } from '../gateway/status.js';

const TITLES: Readonly<Record<string, string>> = {
  worker_crashed: 'Crashed',
  worker_hung: 'Hung',
};

interface LastExitProps {
  readonly exit: NonNullable<ModelStatus['last_exit']>;
  /** The model is well again. */
  readonly isOver: boolean;
}

/** How the model's last worker died, or why its last load failed, with the engine's last words. */
export function LastExit({ exit, isOver }: LastExitProps) {
  const ago = formatSpan(gatewayNowMs.value - Date.parse(exit.at));
  return (
    <div class={`last-exit ${isOver ? 'is-over' : ''}`} data-testid="last-exit">
      <p>
        <strong>{TITLES[exit.code] ?? 'Load failed'}</strong>{' '}
        <time dateTime={exit.at} title={exit.at}>
          {ago} ago
        </time>
        : {exit.reason} <code>{exit.code}</code>
      </p>
      {exit.stderr_tail.length > 0 && (
        <details>
          <summary>Last words of the engine</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: without it, the keyboard can't scroll it */}
          <pre tabIndex={0}>{exit.stderr_tail.join('\n')}</pre>
        </details>
      )}
    </div>
  );
}
