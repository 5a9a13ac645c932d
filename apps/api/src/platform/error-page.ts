import { errors } from '@slipway/contracts';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';

/** Where the `type` of every problem leads: the catalogue, for people. Nothing in it comes from a request. */
export const errorPagePlugin = fp(
  async (app: FastifyInstance) => {
    const page = renderErrorPage();
    app.get('/docs/errors', async (_request, reply) =>
      reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(page),
    );
  },
  { name: 'error-page' },
);

function renderErrorPage(): string {
  const rows = Object.entries(errors).map(
    ([code, { status, retryable, title }]) =>
      `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${title}</td><td>${retryable ? 'yes' : 'no'}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Slipway: error codes</title>
<style>body{font:16px/1.5 system-ui;margin:2rem auto;max-width:56rem;padding:0 1rem}td,th{text-align:left;padding:.3rem .8rem .3rem 0}tr:target{background:#ffe9a8;color:#111}</style>
</head><body><h1>Error codes</h1>
<p>Every failure is answered as <code>application/problem+json</code> with one of these codes.</p>
<table><thead><tr><th>Code</th><th>Status</th><th>Meaning</th><th>Worth repeating</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table></body></html>
`;
}
