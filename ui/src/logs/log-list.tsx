import { useScrolledAlong } from '../page/scrolled-along.js';
import type { LogLine } from './log-lines.js';

/** Lines of the log, the newest at the end. */
export function LogList({ lines }: { readonly lines: readonly LogLine[] }) {
  const list = useScrolledAlong<HTMLOListElement>(String(lines.at(-1)?.number), lines.length > 0);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it, the keyboard can't scroll it
    <ol class="log-lines" ref={list} aria-label="Lines of the log" tabIndex={0}>
      {lines.map(({ number, time, level, model, msg, details }) => (
        <li key={number} class={`level-${level}`}>
          <time dateTime={time}>{toClock(time)}</time> <span class="level">{level}</span> <span>{model}</span>{' '}
          <span class="message">
            {msg} <span class="muted">{details}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}

function toClock(time: string): string {
  return new Date(time).toLocaleTimeString([], { hour12: false });
}
