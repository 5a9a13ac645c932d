import { lookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP } from 'node:net';

/** The address may not be reached from this delegate. */
export class AddressForbiddenError extends Error {
  override name = 'AddressForbiddenError';
  readonly kind: 'loopback' | 'link-local';

  constructor(host: string, address: string, kind: 'loopback' | 'link-local') {
    const shown = host === address ? address : `${host} (${address})`;
    super(
      kind === 'loopback'
        ? `${shown} is the delegate's own machine, which only a local delegate may reach.`
        : `${shown} is a link-local address, such as a cloud's metadata service, which a delegate never reaches.`,
    );
    this.kind = kind;
  }
}

/** Which addresses a user-given URL may lead to. */
export interface AddressRule {
  /** Throws `AddressForbiddenError` for a literal address that is not allowed. */
  assertHost(hostname: string): void;
  forbids(address: string): 'loopback' | 'link-local' | undefined;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
// Linux connects to the unspecified address as if it were loopback.
loopback.addSubnet('0.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');
loopback.addAddress('::', 'ipv6');

const linkLocal = new BlockList();
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4');
linkLocal.addSubnet('fe80::', 10, 'ipv6');
// The IPv6 metadata service of a large cloud, which is not link-local by its prefix.
linkLocal.addAddress('fd00:ec2::254', 'ipv6');

/** Private ranges are allowed, link-local ones never, loopback only for a local delegate. */
export function addressRule(options: { local: boolean }): AddressRule {
  const forbids = (address: string): 'loopback' | 'link-local' | undefined => {
    if (isIn(linkLocal, address)) return 'link-local';
    return !options.local && isIn(loopback, address) ? 'loopback' : undefined;
  };
  return {
    forbids,
    assertHost: (hostname) => {
      const host = hostname.replace(/^\[|\]$/g, '');
      const kind = isIP(host) === 0 ? undefined : forbids(host);
      if (kind !== undefined) throw new AddressForbiddenError(host, host, kind);
    },
  };
}

/** For what the delegate's own operator configured: its kubeconfig and its pod's service account. */
export const anyAddress: AddressRule = { assertHost: () => {}, forbids: () => undefined };

function isIn(list: BlockList, address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  if (list.check(address, family === 6 ? 'ipv6' : 'ipv4')) return true;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped !== undefined && list.check(mapped, 'ipv4');
}

type LookupAnswer = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/** `dns.lookup` that fails when a name leads where it may not: checked after resolution, so that a name is no way around. */
export function guardedLookup(
  rule: AddressRule,
): (hostname: string, options: LookupOptions, answer: LookupAnswer) => void {
  return (hostname, options, answer) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        answer(error, []);
        return;
      }
      for (const { address } of addresses) {
        const kind = rule.forbids(address);
        if (kind !== undefined) {
          answer(new AddressForbiddenError(hostname, address, kind), []);
          return;
        }
      }
      const [first] = addresses;
      if (options.all === true || first === undefined) answer(null, addresses);
      else answer(null, first.address, first.family);
    });
  };
}
