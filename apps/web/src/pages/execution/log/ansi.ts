import Anser from 'anser';

export interface AnsiPiece {
  readonly text: string;
  readonly colour: string | null;
  readonly bold: boolean;
}

const palette: Readonly<Record<string, string>> = {
  'ansi-red': 'red',
  'ansi-bright-red': 'red',
  'ansi-green': 'green',
  'ansi-bright-green': 'green',
  'ansi-yellow': 'yellow',
  'ansi-bright-yellow': 'yellow',
  'ansi-blue': 'blue',
  'ansi-bright-blue': 'blue',
  'ansi-magenta': 'magenta',
  'ansi-bright-magenta': 'magenta',
  'ansi-cyan': 'cyan',
  'ansi-bright-cyan': 'cyan',
  'ansi-black': 'muted',
  'ansi-bright-black': 'muted',
};

/** A line by colour. Sequences become names of our palette: contrast is ours, the text stays text. */
export function ansiPieces(text: string): AnsiPiece[] {
  if (!text.includes('\u001b')) return [{ text, colour: null, bold: false }];
  return Anser.ansiToJson(text, { use_classes: true, remove_empty: true }).map((piece) => ({
    text: piece.content,
    colour: palette[piece.fg ?? ''] ?? null,
    bold: piece.decorations.includes('bold'),
  }));
}
