import path from 'node:path';
import type { Check, Finding } from './checks/check.ts';
import { configuration } from './checks/configuration.ts';
import { documents } from './checks/documents.ts';
import { fileSize } from './checks/file-size.ts';
import { programs } from './checks/programs.ts';
import { purity } from './checks/purity.ts';
import { fixtureNames, lockFile } from './checks/repository.ts';
import { words } from './checks/words.ts';
import { generateClient } from './generate.ts';

const checks: readonly Check[] = [
  ...programs,
  purity,
  fileSize,
  documents,
  configuration,
  words,
  lockFile,
  fixtureNames,
];
const AT_ONCE = 2;
const SHOWN = 40;

async function main(wanted: readonly string[]): Promise<number> {
  const root = path.resolve(import.meta.dirname, '..');
  const chosen = checks.filter(
    ({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)),
  );
  if (chosen.length === 0) {
    console.error(`no such check; there are: ${checks.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  // Types, lint and the import graph read the generated client.
  generateClient();
  const waiting = [...chosen];
  let failed = 0;
  const work = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const startedAt = performance.now();
      const findings = await check.run(root);
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      console.log(`${findings.length === 0 ? 'ok  ' : 'FAIL'} ${check.name} (${seconds} s)`);
      if (findings.length > 0) failed += 1;
      for (const finding of findings.slice(0, SHOWN)) console.log(describe(finding));
      if (findings.length > SHOWN) console.log(`     and ${findings.length - SHOWN} more`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  console.log(
    failed === 0 ? `all ${chosen.length} checks passed` : `${failed} of ${chosen.length} checks failed`,
  );
  return failed === 0 ? 0 : 1;
}

function describe({ where, what, remedy }: Finding): string {
  return `     ${where}: ${what.replaceAll('\n', '\n       ')}${remedy === undefined ? '' : `\n       -> ${remedy}`}`;
}

process.exitCode = await main(process.argv.slice(2));
