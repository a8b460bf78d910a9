import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeCertificateFailure } from '../../../src/remote/certificate-failure.js';

const describe = (code: string, message = 'x') =>
  describeCertificateFailure(Object.assign(new Error(message), { code }));

test('a certificate of an unknown authority, or of none, is told with what to do', () => {
  for (const code of ['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN']) {
    assert.match(describe(code) ?? '', new RegExp(`does not know \\(${code}\\): .* NODE_EXTRA_CA_CERTS`));
  }
});

test('one for another host is told with what Node says, without its loose end', () => {
  assert.match(
    describe('ERR_TLS_CERT_ALTNAME_INVALID', "IP: 127.0.0.1 is not in the cert's list: ") ?? '',
    /another host: .*\(IP: 127\.0\.0\.1 is not in the cert's list\)$/,
  );
});

test('any other fault of a certificate is told by its code, and what is none is not told', () => {
  assert.equal(describe('CERT_NOT_YET_VALID'), 'has a certificate that is not valid (CERT_NOT_YET_VALID)');
  assert.equal(describe('ECONNREFUSED'), undefined);
  assert.equal(describeCertificateFailure(new Error('no code')), undefined);
});
