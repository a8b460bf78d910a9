import { signal } from '@preact/signals';
import { createStoredText } from '../stored-text.js';

/** Ends with the tab. */
const stored = createStoredText(() => sessionStorage, 'qvac-api-key');

/** The key that is sent; empty for none. */
export const apiKey = signal(stored.read());

/** The server wants another key than this one. Nothing is asked until there is one. */
export const isKeyRefused = signal(false);

/** @param key empty: the key is forgotten. */
export function setApiKey(key: string): void {
  stored.write(key);
  apiKey.value = key;
  isKeyRefused.value = false;
}
