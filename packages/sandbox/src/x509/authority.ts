import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';

/** A certificate with its private key (PKCS#8), both PEM. */
export interface KeyPair {
  certificatePem: string;
  privateKeyPem: string;
}

/** What a certificate says; valid from five minutes ago for ten years unless told otherwise. */
export interface CertificateRequest {
  commonName: string;
  /** Kubernetes reads these as the groups of a user. */
  organizations?: readonly string[];
  usages: readonly ('server' | 'client')[];
  /** DNS names and IP addresses a server answers to. */
  hosts?: readonly string[];
  notBefore?: Date;
  notAfter?: Date;
}

/** A certificate authority that issues certificates in this process. */
export interface Authority extends KeyPair {
  issue(request: CertificateRequest): Promise<KeyPair>;
}

const curve = { name: 'ECDSA', namedCurve: 'P-256' };
const signing = { ...curve, hash: 'SHA-256' };
const tenYearsMs = 10 * 365 * 24 * 3_600_000;

x509.cryptoProvider.set(webcrypto);

/** Makes a new authority with its own self-signed certificate. */
export async function createAuthority(
  options: { commonName?: string; notBefore?: Date; notAfter?: Date } = {},
): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(curve, true, ['sign', 'verify']);
  const { notBefore, notAfter } = validity(options);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [options.commonName ?? 'sandbox-authority'] }],
    notBefore,
    notAfter,
    signingAlgorithm: signing,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return authority(certificate, keys.privateKey, await privateKeyPem(keys.privateKey));
}

/** Reads back an authority that `createAuthority` made. */
export async function loadAuthority(pair: KeyPair): Promise<Authority> {
  const der = x509.PemConverter.decodeFirst(pair.privateKeyPem);
  const key = await webcrypto.subtle.importKey('pkcs8', der, curve, true, ['sign']);
  return authority(new x509.X509Certificate(pair.certificatePem), key, pair.privateKeyPem);
}

/** A server's certificate for the given names and addresses, signed by the authority. */
export async function issueServerCertificate(
  issuer: Authority,
  request: { hosts: readonly string[]; commonName?: string; notBefore?: Date; notAfter?: Date },
): Promise<KeyPair> {
  return issuer.issue({
    ...request,
    commonName: request.commonName ?? request.hosts[0] ?? 'server',
    usages: ['server'],
  });
}

function authority(certificate: x509.X509Certificate, key: webcrypto.CryptoKey, keyPem: string): Authority {
  return {
    certificatePem: pem(certificate),
    privateKeyPem: keyPem,
    issue: (request) => issue(certificate, key, request),
  };
}

async function issue(
  issuer: x509.X509Certificate,
  issuerKey: webcrypto.CryptoKey,
  request: CertificateRequest,
): Promise<KeyPair> {
  const keys = await webcrypto.subtle.generateKey(curve, true, ['sign', 'verify']);
  const { notBefore, notAfter } = validity(request);
  const organizations = (request.organizations ?? []).map((name) => ({ O: [name] }));
  const usages = request.usages.map((usage) =>
    usage === 'server' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth,
  );
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension(usages),
    await x509.AuthorityKeyIdentifierExtension.create(issuer),
  ];
  if (request.hosts && request.hosts.length > 0) {
    extensions.push(
      new x509.SubjectAlternativeNameExtension(
        request.hosts.map((host) => ({ type: isIP(host) ? 'ip' : 'dns', value: host })),
      ),
    );
  }
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [...organizations, { CN: [request.commonName] }],
    issuer: issuer.subject,
    notBefore,
    notAfter,
    signingAlgorithm: signing,
    publicKey: keys.publicKey,
    signingKey: issuerKey,
    extensions,
  });
  return { certificatePem: pem(certificate), privateKeyPem: await privateKeyPem(keys.privateKey) };
}

function validity(options: { notBefore?: Date; notAfter?: Date }): { notBefore: Date; notAfter: Date } {
  return {
    notBefore: options.notBefore ?? new Date(Date.now() - 5 * 60_000),
    notAfter: options.notAfter ?? new Date(Date.now() + tenYearsMs),
  };
}

/** 126 random bits behind a leading 01, so that the number is positive and of constant length. */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}

function pem(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem').trim()}\n`;
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = await webcrypto.subtle.exportKey('pkcs8', key);
  return `${x509.PemConverter.encode(der, 'PRIVATE KEY').trim()}\n`;
}
