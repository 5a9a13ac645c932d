/**
 * The source with comments and the contents of texts blanked out, so that a search finds code alone. Lengths and line
 * breaks stay, so that an offset in the answer is an offset in the source. Expressions in template texts stay, too.
 */
export function codeOnly(source: string): string {
  let out = '';
  let at = 0;
  // One entry for each open template text: how many braces are open inside its current expression.
  const templates: number[] = [];
  const blank = (text: string): string => text.replaceAll(/[^\n]/g, ' ');
  const take = (length: number, keep: boolean): void => {
    const text = source.slice(at, at + length);
    out += keep ? text : blank(text);
    at += length;
  };
  const takeTemplate = (): void => {
    const end = templateStop(source, at);
    take(end.offset - at, false);
    if (end.kind === 'expression') {
      take(2, true);
      templates.push(0);
    } else take(1, false);
  };
  while (at < source.length) {
    const [character = ''] = source.slice(at, at + 1);
    const next = source[at + 1];
    const open = templates.at(-1);
    if (character === '/' && (next === '/' || next === '*')) take(commentLength(source, at), false);
    else if (character === "'" || character === '"') take(textLength(source, at), false);
    else if (character === '/' && startsPattern(out)) take(patternLength(source, at), false);
    else if (character === '`') {
      take(1, false);
      takeTemplate();
    } else if (open !== undefined && character === '}' && open === 0) {
      templates.pop();
      take(1, true);
      takeTemplate();
    } else {
      if (open !== undefined && character === '{') templates[templates.length - 1] = open + 1;
      if (open !== undefined && character === '}') templates[templates.length - 1] = open - 1;
      take(1, true);
    }
  }
  return out;
}

function commentLength(source: string, at: number): number {
  const end = source[at + 1] === '/' ? source.indexOf('\n', at) : source.indexOf('*/', at + 2) + 2;
  return (end < at + 2 ? source.length : end) - at;
}

function textLength(source: string, at: number): number {
  const quote = source[at];
  let end = at + 1;
  while (end < source.length && source[end] !== quote && source[end] !== '\n')
    end += source[end] === '\\' ? 2 : 1;
  return Math.min(end + 1, source.length) - at;
}

function templateStop(source: string, from: number): { offset: number; kind: 'expression' | 'end' } {
  let at = from;
  while (at < source.length) {
    if (source[at] === '\\') at += 2;
    else if (source[at] === '`') return { offset: at, kind: 'end' };
    else if (source[at] === '$' && source[at + 1] === '{') return { offset: at, kind: 'expression' };
    else at += 1;
  }
  return { offset: source.length, kind: 'end' };
}

/** A slash begins a pattern where a value may begin, and divides anywhere else. */
function startsPattern(before: string): boolean {
  const code = before.trimEnd();
  return code === '' || /(?:[=(,:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|await))$/.test(code);
}

function patternLength(source: string, at: number): number {
  let end = at + 1;
  let inClass = false;
  while (end < source.length && source[end] !== '\n') {
    const character = source[end];
    if (character === '/' && !inClass) break;
    if (character === '[') inClass = true;
    if (character === ']') inClass = false;
    end += character === '\\' ? 2 : 1;
  }
  return Math.min(end + 1, source.length) - at;
}
