import { spawn } from 'node:child_process';
import path from 'node:path';

/** One thing that is wrong: where, what, and what to do about it unless that is plain. */
export interface Finding {
  /** `path:line` from the root of the repository, or a path. */
  readonly where: string;
  readonly what: string;
  readonly remedy?: string;
}

export interface Check {
  readonly name: string;
  /** Everything that is wrong below `root`; nothing when all is well. */
  readonly run: (root: string) => Promise<readonly Finding[]>;
}

/** Runs a program of `node_modules/.bin`. Its whole output is one finding when it ends with anything but 0. */
export async function runTool(root: string, words: readonly string[], remedy: string): Promise<Finding[]> {
  const [program = '', ...rest] = words;
  const { code, output } = await execute(root, program, rest);
  return code === 0 ? [] : [{ where: words.join(' '), what: output.trim() || `ended with ${code}`, remedy }];
}

function execute(
  root: string,
  program: string,
  words: readonly string[],
): Promise<{ code: number | null; output: string }> {
  const bin = path.join(root, 'node_modules/.bin');
  const child = spawn(path.join(bin, program), words, {
    cwd: root,
    // The programs ask the environment for `node`, and the system's may be another version.
    env: { ...process.env, PATH: `${bin}${path.delimiter}${process.env['PATH']}`, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (output += data.toString()));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, output: error.message }));
    child.once('close', (code) => resolve({ code, output }));
  });
}
