import { signal } from '@preact/signals';

/** What a screen reader is to say next. */
export const announcement = signal('');

/** Has a screen reader say something when it has time. */
export function announce(text: string): void {
  announcement.value = text;
}
