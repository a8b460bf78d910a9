/** A certificate for whose issuer nobody vouches whom this machine knows. */
const UNKNOWN_AUTHORITY: readonly string[] = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

/**
 * What is wrong with a server's certificate and what to do, to be read after the server's name.
 *
 * @param error that connecting ended with, whose code is OpenSSL's or Node's.
 * @returns `undefined` if it is not about a certificate.
 */
export function describeCertificateFailure({
  code = '',
  message,
}: NodeJS.ErrnoException): string | undefined {
  if (UNKNOWN_AUTHORITY.includes(code)) {
    return `has a certificate of an authority that this machine does not know (${code}): start the gateway with NODE_EXTRA_CA_CERTS, the path of that authority's certificate`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `has a certificate for another host: write into 'url' the name that it is for (${message.trim().replace(/[:.]+$/, '')})`;
  }
  if (code === 'CERT_HAS_EXPIRED') {
    return `has a certificate that has expired (${code}): renew it there, or set the clock of this machine`;
  }
  return code.startsWith('CERT_') ? `has a certificate that is not valid (${code})` : undefined;
}
