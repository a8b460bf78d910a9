/** Most milliseconds that a timer can count, about 24 days: Node takes more for one. */
export const MAX_TIMER_MS = 2 ** 31 - 1;
