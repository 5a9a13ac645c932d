import { fail } from '../../platform/fail.ts';

const maximumLength = 512;
const maximumDepth = 20;

/**
 * The path below the scope as it is stored: a leading slash, no empty, `.` or `..` parts, no control characters. Paths are names in
 * a table and never reach a file system, but tools that unpack them may trust them.
 */
export function toFilePath(raw: string): string {
  const parts = raw.split('/').filter((part, index) => part !== '' || index !== 0);
  const path = `/${parts.join('/')}`;
  const problem = problemOf(parts, path);
  if (problem)
    fail('file.path_invalid', `${JSON.stringify(raw.slice(0, 80))} is not a file path: ${problem}.`);
  return path;
}

function problemOf(parts: readonly string[], path: string): string | null {
  if (parts.length === 0) return 'it is empty';
  if (path.length > maximumLength) return `it is longer than ${maximumLength} characters`;
  if (parts.length > maximumDepth) return `it is deeper than ${maximumDepth} folders`;
  if (parts.some((part) => part === '')) return 'a part is empty';
  if (parts.some((part) => part === '.' || part === '..')) return '. and .. are not allowed';
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused here
  if (/[\u0000-\u001f\u007f\\]/.test(path)) return 'it holds a control character or a backslash';
  return null;
}
