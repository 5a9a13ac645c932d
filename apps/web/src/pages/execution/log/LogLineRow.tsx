import type { LogLine } from '@slipway/contracts';
import { memo } from 'react';
import { clockTimeMs } from '../../../util/relative-time.ts';
import { ansiPieces } from './ansi.ts';
import classes from './LogView.module.css';

/** The text with every occurrence of the words marked. */
function Marked({ text, words }: { text: string; words: string }) {
  if (words === '') return text;
  const parts: React.ReactNode[] = [];
  const lower = text.toLowerCase();
  const needle = words.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(needle); at >= 0; at = lower.indexOf(needle, from)) {
    parts.push(text.slice(from, at), <mark key={at}>{text.slice(at, at + needle.length)}</mark>);
    from = at + needle.length;
  }
  parts.push(text.slice(from));
  return parts;
}

export interface LogLineRowProps {
  readonly line: LogLine;
  readonly timestamps: boolean;
  readonly words: string;
  readonly current: boolean;
  readonly href: string;
  readonly onLink: (line: LogLine, href: string) => void;
}

export const LogLineRow = memo(function LogLineRow({
  line,
  timestamps,
  words,
  current,
  href,
  onLink,
}: LogLineRowProps) {
  return (
    <div className={classes.line} data-level={line.level} data-current={current}>
      <a
        className={classes.stamp}
        href={href}
        tabIndex={-1}
        title="Copy a link to this line"
        onClick={(event) => {
          event.preventDefault();
          onLink(line, href);
        }}
      >
        {timestamps ? clockTimeMs(line.at) : line.n}
      </a>
      <span className={classes.text}>
        {ansiPieces(line.text).map((piece, position) => (
          <span key={position} data-colour={piece.colour ?? undefined} data-bold={piece.bold || undefined}>
            <Marked text={piece.text} words={words} />
          </span>
        ))}
      </span>
    </div>
  );
});
