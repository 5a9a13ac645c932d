import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import type { DataFolder } from './data-folder.ts';

/** The port of last time, so that addresses in the user's other tools stay right. */
export function rememberedPort(data: DataFolder): number | undefined {
  const file = path.join(data.folder, 'port');
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined;
}

/** The preferred port while nobody has it, else any free one. */
export async function choosePort(preferred: number | undefined): Promise<number> {
  return (await portIfFree(preferred ?? 0)) ?? (await portIfFree(0)) ?? 0;
}

function portIfFree(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(undefined));
    probe.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}
