import type { ModelSource } from './model-spec.js';

/** A source as a log or an error may show it: a URL loses user, password, query and fragment, where secrets are. */
export function toShownSource(source: ModelSource): string {
  return typeof source === 'string' ? hideUrlSecrets(source) : source.name;
}

/** The same for all URLs within a text. */
export function hideUrlSecrets(text: string): string {
  return text.replace(
    /\b(https?:\/\/)(?:[^\s/?#@]*@)?([^\s?#'"]*)(?:[?#][^\s'"]*)?/gi,
    (_, scheme: string, rest: string) => `${scheme}${rest}`,
  );
}
