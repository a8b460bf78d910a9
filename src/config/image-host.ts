export const IMAGE_HOST_ADVICE =
  'must be a host name or an IP address, with a port if it is not the usual one: images.example.com, 192.168.1.5:8080';

/** An IPv6 address is in brackets. */
const HOST_AND_PORT = /^([^\s/?#@\\*%:[\]]+|\[[\da-f:.]+\])(?::(\d{1,5}))?$/i;

/** A host as `URL` writes it, with its port if one is given; `undefined` if the text is none. */
export function toImageHost(text: string): string | undefined {
  const [, host, port] = HOST_AND_PORT.exec(text) ?? [];
  if (host === undefined || !URL.canParse(`http://${text}`)) return undefined;
  const { hostname } = new URL(`http://${host}`);
  return port === undefined ? hostname : `${hostname}:${Number(port)}`;
}
