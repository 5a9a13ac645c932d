import { X509Certificate } from 'node:crypto';
import { request, createServer } from 'node:https';
import { expect, test } from 'vitest';
import { createAuthority, issueServerCertificate, loadAuthority, type KeyPair } from './authority.ts';

test('a client certificate names its user and groups, and is signed by the authority', async () => {
  const authority = await createAuthority({ commonName: 'mine' });
  const pair = await authority.issue({
    commonName: 'ada',
    organizations: ['devs', 'ops'],
    usages: ['client'],
  });
  const certificate = new X509Certificate(pair.certificatePem);
  expect(certificate.subject).toBe('O=devs\nO=ops\nCN=ada');
  expect(certificate.issuer).toBe('CN=mine');
  expect(certificate.verify(new X509Certificate(authority.certificatePem).publicKey)).toBe(true);
});

test('an authority can be written down and read back', async () => {
  const authority = await createAuthority();
  const again = await loadAuthority(authority);
  const pair = await again.issue({ commonName: 'ada', usages: ['client'] });
  const issuer = new X509Certificate(authority.certificatePem);
  expect(new X509Certificate(pair.certificatePem).checkIssued(issuer)).toBe(true);
});

test('validity is as asked', async () => {
  const authority = await createAuthority();
  const pair = await issueServerCertificate(authority, {
    hosts: ['localhost'],
    notBefore: new Date('2020-01-01T00:00:00Z'),
    notAfter: new Date('2020-02-01T00:00:00Z'),
  });
  const certificate = new X509Certificate(pair.certificatePem);
  expect(new Date(certificate.validFrom)).toEqual(new Date('2020-01-01T00:00:00Z'));
  expect(new Date(certificate.validTo)).toEqual(new Date('2020-02-01T00:00:00Z'));
});

/** What a client that trusts `caPem` makes of a server with this certificate. */
async function connect(pair: KeyPair, caPem: string): Promise<string> {
  const server = createServer({ cert: pair.certificatePem, key: pair.privateKeyPem }, (_request, response) =>
    response.end('hello'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  try {
    return await new Promise((resolve) => {
      const asking = request({ host: '127.0.0.1', port, ca: caPem, agent: false }, (response) => {
        response.resume();
        response.once('end', () => resolve('accepted'));
      });
      asking.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
      asking.end();
    });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

test('TLS accepts a good server, and refuses a wrong authority, a wrong address and an expired certificate', async () => {
  const [authority, other] = await Promise.all([createAuthority(), createAuthority()]);
  const good = await issueServerCertificate(authority, { hosts: ['localhost', '127.0.0.1'] });
  const elsewhere = await issueServerCertificate(authority, { hosts: ['example.test'] });
  const expired = await issueServerCertificate(authority, {
    hosts: ['127.0.0.1'],
    notBefore: new Date(0),
    notAfter: new Date(1),
  });
  expect(await connect(good, authority.certificatePem)).toBe('accepted');
  expect(await connect(good, other.certificatePem)).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  expect(await connect(elsewhere, authority.certificatePem)).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  expect(await connect(expired, authority.certificatePem)).toBe('CERT_HAS_EXPIRED');
});
