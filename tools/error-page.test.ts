import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { errors } from '@slipway/contracts';
import { expect, test } from 'vitest';
import { errorPageFile, renderErrorPage } from './error-page.ts';

const root = path.resolve(import.meta.dirname, '..');

function sources(): string[] {
  const files = globSync('{apps,packages}/*/src/**/*.{ts,tsx}', {
    cwd: root,
    exclude: [
      '**/generated/**',
      '**/*.test.ts',
      '**/*.test.tsx',
      '**/node_modules/**',
      'packages/contracts/src/errors.ts',
    ],
  });
  return files.map((file) => readFileSync(path.join(root, file), 'utf8'));
}

test('the page says what the catalogue says', () => {
  // When it does not: node tools/error-page.ts
  expect(readFileSync(errorPageFile, 'utf8')).toBe(renderErrorPage());
});

test('every code of the catalogue is used somewhere', () => {
  const all = sources().join('\n');
  const unused = Object.keys(errors).filter((code) => !all.includes(`'${code}'`));
  expect(unused).toEqual([]);
});

test('every code that is raised is in the catalogue', () => {
  const raised = sources().flatMap((text) =>
    [...text.matchAll(/\b(?:fail|new AppError)\(\s*'([a-z_]+\.[a-z_]+)'/g)].map((match) => match[1] ?? ''),
  );
  expect(raised.length).toBeGreaterThan(10);
  expect(raised.filter((code) => !(code in errors))).toEqual([]);
});
