import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type RouteContract, routeTable, scopePrefixes } from '@slipway/contracts';
import pg from 'pg';
import type { RestClient } from './rest-client.ts';

/** A text that the product has given out or kept, and where. */
export interface Trace {
  readonly where: string;
  readonly text: string;
}

/** What stands for a parameter of a route, `*` for the rest of a path. */
export type Parameters = (contract: RouteContract, name: string) => string | undefined;

/** Answers of every GET route at every scope. `reached` names the operations that answered 200 at least once. */
export async function readEveryRoute(
  rest: RestClient,
  parameters: Parameters,
  queries: Readonly<Record<string, readonly string[]>>,
): Promise<{ traces: Trace[]; reached: Set<string> }> {
  const traces: Trace[] = [];
  const reached = new Set<string>();
  for (const contract of readable())
    for (const address of addressesOf(contract, parameters))
      for (const query of ['', ...(queries[contract.operationId] ?? [])])
        await Promise.all(
          ['application/json', 'application/yaml', 'application/x-ndjson', 'text/plain'].map(
            async (accept) => {
              const answer = await rest.get(`${address}${query}`, { headers: { accept } });
              if (answer.status === 200) reached.add(contract.operationId);
              const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
              traces.push({
                where: `GET ${address}${query} as ${accept}`,
                text: `${headers}\n${answer.text}`,
              });
            },
          ),
        );
  for (const address of ['/api/v1/openapi.json', '/api/docs'])
    traces.push({ where: `GET ${address}`, text: (await rest.get(address)).text });
  return { traces, reached };
}

export const readable = (): RouteContract[] => routeTable.filter(({ method }) => method === 'GET');

function addressesOf(contract: RouteContract, parameters: Parameters): string[] {
  return scopePrefixes[contract.scope].map((prefix) =>
    `${prefix}${contract.path}`.replaceAll(/:(\w+)|\*/g, (hole, name: string | undefined) => {
      const value = parameters(contract, name ?? hole);
      if (value === undefined)
        throw new Error(`the test has no value for ${hole} of ${contract.operationId}`);
      return value;
    }),
  );
}

/** Every row of every table of a database, with what lies compressed in it unpacked. */
export async function readEveryRow(databaseUrl: string): Promise<Trace[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const tables = await client.query<{ schema: string; name: string }>(
      `select table_schema as schema, table_name as name from information_schema.tables
        where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    );
    const traces: Trace[] = [];
    for (const { schema, name } of tables.rows) {
      const whole = `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;
      const { rows } = await client.query<Record<string, unknown>>(`select * from ${whole}`);
      traces.push({ where: `table ${schema}.${name}`, text: rows.map(rowText).join('\n') });
    }
    return traces;
  } finally {
    await client.end();
  }
}

function rowText(row: Readonly<Record<string, unknown>>): string {
  return Object.values(row)
    .map((value) => (Buffer.isBuffer(value) ? unpacked(value).toString() : plainText(value)))
    .join('\t');
}

/** JSON would escape what a text column holds, so only what is a tree becomes JSON, its texts beside it as they are. */
function plainText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return [JSON.stringify(value), ...Object.values(value).map(plainText)].join('\t');
}

const unpacked = (bytes: Buffer): Buffer =>
  bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;

/** Every file below a folder. */
export function readEveryFile(folder: string): Trace[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      try {
        return [{ where: file, text: unpacked(readFileSync(file)).toString('latin1') }];
      } catch (error) {
        // The database removes files of its own while it runs.
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
        throw error;
      }
    });
}

/** Where a text stands, as it is or in any of the forms that programs write it in. */
export function placesOf(secret: string, traces: readonly Trace[]): string[] {
  const forms = [...new Set(formsOf(secret))];
  return traces.flatMap(({ where, text }) =>
    forms.filter((form) => text.includes(form)).map((form) => `${where}: …${around(text, form)}…`),
  );
}

function formsOf(secret: string): string[] {
  // Letters and digits in a row stay as they are in JSON, in addresses and in shells.
  const runs = secret.match(/[A-Za-z0-9]{8,}/g) ?? [];
  const encoded = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]).toString('base64');
    return text.slice(
      Math.ceil((offset * 8) / 6),
      Math.floor(((offset + Buffer.byteLength(secret)) * 8) / 6),
    );
  });
  const hex = Buffer.from(secret).toString('hex');
  return [
    secret,
    ...runs,
    ...encoded,
    ...encoded.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
    hex,
  ];
}

function around(text: string, form: string): string {
  const at = text.indexOf(form);
  return text.slice(Math.max(0, at - 80), at + form.length + 40);
}
