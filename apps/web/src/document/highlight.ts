export interface Piece {
  readonly kind: 'key' | 'mark' | 'value' | 'comment' | 'plain';
  readonly text: string;
}

const keyed = /^(\s*(?:- )*)("[^"]*"|'[^']*'|[^\s#:'"[{][^:#]*?)(:)(\s.*|)$/;

function withComment(text: string): Piece[] {
  const at = text.search(/(^|\s)#/);
  if (at < 0) return [{ kind: 'value', text }];
  return [
    { kind: 'value', text: text.slice(0, at) },
    { kind: 'comment', text: text.slice(at) },
  ];
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

/** YAML coloured line by line. Not a parser: block scalars stay plain, the rest is keys, values and comments. */
export function highlightYaml(text: string): Piece[][] {
  let blockIndent = -1;
  return text.split('\n').map((line) => {
    if (blockIndent >= 0 && (line.trim() === '' || indentOf(line) > blockIndent))
      return [{ kind: 'plain', text: line }];
    blockIndent = -1;
    if (/^\s*#/.test(line)) return [{ kind: 'comment', text: line }];
    const match = keyed.exec(line);
    if (match === null) {
      const dash = /^(\s*(?:- )+)(.*)$/.exec(line);
      return dash === null
        ? withComment(line)
        : [{ kind: 'mark', text: dash[1] ?? '' }, ...withComment(dash[2] ?? '')];
    }
    const [, lead = '', key = '', colon = '', rest = ''] = match;
    if (/^\s[|>][-+\d]*\s*$/.test(rest)) blockIndent = indentOf(line);
    return [
      { kind: 'mark', text: lead },
      { kind: 'key', text: key },
      { kind: 'mark', text: colon },
      ...withComment(rest),
    ];
  });
}
