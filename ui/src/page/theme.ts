import { effect, signal } from '@preact/signals';
import { createStoredText } from '../stored-text.js';

export const THEMES = ['auto', 'light', 'dark'] as const;

export type Theme = (typeof THEMES)[number];

const stored = createStoredText(() => localStorage, 'qvac-theme');

/** What the user wants; `auto` is what the system says. */
export const theme = signal<Theme>(THEMES.find((one) => one === stored.read()) ?? 'auto');

effect(() => {
  const wanted = theme.value;
  stored.write(wanted === 'auto' ? '' : wanted);
  document.documentElement.dataset.theme = wanted;
});
