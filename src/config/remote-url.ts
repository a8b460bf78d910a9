export const REMOTE_URL_ADVICE =
  'must look like http://gpu-server:11434/v1: http or https, with the path of the API, without user, password, query and #';

/** The base URL of an API without a slash at its end; `undefined` if it is none. */
export function toRemoteUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, username, password, search, hash, href } = new URL(text);
  if (!/^https?:$/.test(protocol) || username || password || search || hash) return undefined;
  return href.replace(/\/+$/, '');
}
