import { signal } from '@preact/signals';

/** What a screen reader is to say next. Each is another, also one with the same words. */
export const announcement = signal({ number: 0, text: '' });

/** Has a screen reader say something when it has time. */
export function announce(text: string): void {
  announcement.value = { number: announcement.value.number + 1, text };
}
