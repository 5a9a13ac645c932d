type Environment = Readonly<Record<string, string | undefined>>;

/** The proxy for a URL by `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` (either case), or undefined for a direct connection. */
export function proxyFor(url: string, environment: Environment): string | undefined {
  const target = new URL(url);
  const secure = target.protocol === 'https:' || target.protocol === 'wss:';
  const proxy = read(environment, secure ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (proxy === undefined || isExempt(target, read(environment, 'NO_PROXY') ?? '')) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function read(environment: Environment, name: string): string | undefined {
  const value = environment[name.toLowerCase()] ?? environment[name];
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

function isExempt(target: URL, noProxy: string): boolean {
  const host = target.hostname.toLowerCase().replace(/^\[|\]$/g, '');
  const port = target.port || (target.protocol === 'http:' || target.protocol === 'ws:' ? '80' : '443');
  // As Go's net/http does: the own machine is never reached through a proxy.
  if (host === 'localhost' || host === '::1' || host.startsWith('127.')) return true;
  return noProxy
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => matches(entry.toLowerCase(), host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const withPort = /^(.+):(\d+)$/.exec(entry);
  if (withPort !== null && !entry.includes('::')) {
    return withPort[2] === port && matches(withPort[1] ?? '', host, port);
  }
  if (entry.includes('/')) return inSubnet(host, entry);
  const name = entry.replace(/^\*?\./, '');
  return host === name || host.endsWith(`.${name}`);
}

/** IPv4 ranges such as 10.0.0.0/8, which clusters list for their service addresses. */
function inSubnet(host: string, range: string): boolean {
  const [network = '', length = ''] = range.split('/');
  const left = ipv4(host);
  const right = ipv4(network);
  const bits = Number(length);
  if (left === undefined || right === undefined || !(bits >= 0 && bits <= 32)) return false;
  const divisor = 2 ** (32 - bits);
  return Math.floor(left / divisor) === Math.floor(right / divisor);
}

function ipv4(address: string): number | undefined {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255))
    return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}
