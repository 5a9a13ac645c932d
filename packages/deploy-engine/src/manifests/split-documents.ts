/** One document of a multi-document text, with the line (from 1) of the file at which it begins. */
export interface DocumentText {
  text: string;
  line: number;
}

/**
 * Cuts a YAML stream at its document markers. A line that starts with `---` is a marker wherever it stands,
 * in a block scalar too (https://yaml.org/spec/1.2.2/#rule-c-forbidden), so no parsing is needed.
 */
export function splitDocuments(content: string): DocumentText[] {
  const documents: DocumentText[] = [];
  const lines = content.replace(/^\uFEFF/, '').split('\n');
  let start = 0;
  const flush = (end: number): void => {
    const text = lines.slice(start, end).join('\n');
    if (/^[^\S\n]*[^#\s]/m.test(text)) documents.push({ text, line: start + 1 });
  };
  for (const [index, line] of lines.entries()) {
    if (/^%[A-Z]/.test(line)) {
      lines[index] = '';
      continue;
    }
    const marker = /^(---|\.\.\.)(?=\s|$)(.*)$/.exec(line);
    if (marker === null) continue;
    flush(index);
    // Content may follow the marker on its line; blanks keep its column.
    lines[index] = marker[1] === '---' ? `   ${marker[2] ?? ''}` : '';
    start = index;
  }
  flush(lines.length);
  return documents;
}
