import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { errors } from '@slipway/contracts';
import type { ErrorKind } from '@slipway/contracts';

export const errorPageFile = path.resolve(import.meta.dirname, '../docs/errors.md');

/** What somebody who calls the API does about each status. */
const statusMeanings: Readonly<Record<number, string>> = {
  400: 'The request cannot be understood as it was sent. Correct the program that made it.',
  401: 'Nobody is signed in, or the credentials are not valid (any more). Sign in, or send another key.',
  403: 'You may see it, and may not do this. Ask an administrator for the permission that the answer names.',
  404: 'It does not exist, or you may not know that it does: the answer is the same.',
  409: 'It contradicts what is stored. Read the present state, then decide.',
  410: 'It existed once and cannot be used any more. Get another one.',
  412: 'Somebody changed it since you read it. Read it again and repeat your change.',
  413: 'It is larger than what is accepted. Send less.',
  415: 'The content type is not one that this address takes.',
  422: 'It was understood, and something in it is wrong; `errors` says where and what.',
  429: 'Too many requests. Wait for as many seconds as the header `retry-after` says.',
  500: 'A fault of Slipway. Try again; if it stays, quote the request id to whoever runs the installation.',
  503: 'Slipway cannot answer at the moment. Try again after the seconds of `retry-after`.',
};

/** `docs/errors.md` as it should be: the catalogue of `packages/contracts/src/errors.ts`, for people. */
export function renderErrorPage(): string {
  const codes: readonly [string, ErrorKind][] = Object.entries(errors);
  const statuses = [...new Set(codes.map(([, { status }]) => status))].toSorted((a, b) => a - b);
  return `# Error codes

Made by \`node tools/error-page.ts\` from the catalogue in \`packages/contracts/src/errors.ts\`; do not edit it.

Every failure of the REST interface is answered as \`application/problem+json\` (RFC 9457):

| Field | Holds |
| --- | --- |
| \`type\` | the address of the code's line below |
| \`code\` | a stable word that programs may compare; it never changes its meaning |
| \`title\` | the same sentence for every occurrence of the code |
| \`detail\` | what happened this time |
| \`hint\` | what to do about it, where something can be done |
| \`errors\` | which parts of the request are wrong: \`pointer\` (a JSON pointer into the body or document, or the name of a parameter), \`line\` and \`column\` where they are known, \`message\` |
| \`details\` | facts of this code for programs, such as who uses an entity |
| \`instance\` | the request id, which is also in the header \`x-request-id\` and in the log |

## Statuses

| Status | What to do |
| --- | --- |
${statuses.map((status) => `| ${status} | ${meaningOf(status)} |`).join('\n')}

## Codes

A code that is worth repeating may succeed later with the very same request.

| Code | Status | Meaning | Worth repeating |
| --- | --- | --- | --- |
${codes.map(([code, { status, title, retryable }]) => `| <a id="${code}"></a>\`${code}\` | ${status} | ${title} | ${retryable ? 'yes' : 'no'} |`).join('\n')}
`;
}

function meaningOf(status: number): string {
  const meaning = statusMeanings[status];
  if (meaning !== undefined) return meaning;
  throw new Error(
    `tools/error-page.ts does not say what to do about status ${status}; add a sentence to statusMeanings.`,
  );
}

if (import.meta.main) {
  const page = renderErrorPage();
  const current = readFileSync(errorPageFile, { encoding: 'utf8', flag: 'a+' });
  if (current !== page) writeFileSync(errorPageFile, page);
  console.log(`docs/errors.md: ${current === page ? 'current' : 'written'}`);
}
