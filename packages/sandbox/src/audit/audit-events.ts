import { randomUUID } from 'node:crypto';
import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ApiClient } from '../cluster/api-client.ts';
import { textAt, valueAt } from '../json-path.ts';
import { waitFor } from '../wait.ts';

/** One answered request. */
export interface AuditEvent {
  /** When the request arrived. */
  at: Date;
  /** Kubernetes' verb: `get`, `list`, `watch`, `create`, `patch`, ... */
  verb: string;
  uri: string;
  user: string;
  userAgent: string;
  status: number;
  resource?: string;
  subresource?: string;
  apiGroup?: string;
  namespace?: string;
  name?: string;
}

/** Which events are wanted; every given field must be equal, `userAgent` must begin with the given text. */
export interface AuditFilter {
  since: Date;
  until?: Date;
  user?: string;
  userAgent?: string;
  verb?: string;
  resource?: string;
  namespace?: string;
  name?: string;
}

/** Reads the audit log, rotated parts included, up to the moment of the call. */
export async function readAuditEvents(source: {
  auditDir: string;
  api: ApiClient;
  filter: AuditFilter;
}): Promise<AuditEvent[]> {
  const marker = `slipway-audit-marker-${randomUUID()}`;
  // The log is written in order but not at once: when this request is in it, so is everything answered before.
  await source.api.text('GET', '/version', { userAgent: marker });
  return waitFor(
    'the audit log catching up',
    async () => {
      const { events, sawMarker } = await scan(source.auditDir, source.filter, marker);
      return sawMarker && events;
    },
    { timeoutMs: 20_000, everyMs: 100 },
  );
}

async function scan(
  auditDir: string,
  filter: AuditFilter,
  marker: string,
): Promise<{ events: AuditEvent[]; sawMarker: boolean }> {
  const events: AuditEvent[] = [];
  let sawMarker = false;
  for (const file of auditFiles(auditDir)) {
    for await (const line of createInterface({
      input: createReadStream(file),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      if (line.includes(marker)) sawMarker = true;
      const event = parseAuditEvent(line);
      if (event && matches(event, filter)) events.push(event);
    }
  }
  return { events, sawMarker };
}

/** Oldest first: a rotated part carries its time in its name. */
function auditFiles(auditDir: string): string[] {
  const rotated = readdirSync(auditDir).filter((name) => /^audit-.*\.log$/.test(name));
  return [...rotated.toSorted(), 'audit.log']
    .map((name) => join(auditDir, name))
    .filter((path) => existsSync(path));
}

/** Undefined for lines that are no finished request: watches are told twice, when they begin and when they end. */
export function parseAuditEvent(line: string): AuditEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const text = (...path: string[]): string | undefined => textAt(value, ...path);
  const verb = text('verb');
  const at = text('requestReceivedTimestamp');
  if (verb === undefined || at === undefined) return undefined;
  const stage = text('stage');
  if (stage !== (verb === 'watch' ? 'ResponseStarted' : 'ResponseComplete')) return undefined;
  const optional = {
    resource: text('objectRef', 'resource'),
    subresource: text('objectRef', 'subresource'),
    apiGroup: text('objectRef', 'apiGroup'),
    namespace: text('objectRef', 'namespace'),
    name: text('objectRef', 'name'),
  };
  return {
    at: new Date(at),
    verb,
    uri: text('requestURI') ?? '',
    user: text('user', 'username') ?? '',
    userAgent: text('userAgent') ?? '',
    status: Number(valueAt(value, 'responseStatus', 'code') ?? 0),
    ...definedOnly(optional),
  };
}

function definedOnly<T extends Record<string, string | undefined>>(fields: T): { [K in keyof T]?: string } {
  const defined: { [K in keyof T]?: string } = {};
  for (const key in fields) {
    const value = fields[key];
    if (value !== undefined) defined[key] = value;
  }
  return defined;
}

function matches(event: AuditEvent, filter: AuditFilter): boolean {
  if (event.at < filter.since || (filter.until && event.at > filter.until)) return false;
  if (filter.userAgent !== undefined && !event.userAgent.startsWith(filter.userAgent)) return false;
  const equal = ['user', 'verb', 'resource', 'namespace', 'name'] as const;
  return equal.every((field) => filter[field] === undefined || filter[field] === event[field]);
}
