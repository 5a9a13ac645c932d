import { useMemo } from 'react';
import { highlightYaml } from '../document/highlight.ts';
import classes from './YamlText.module.css';

/** YAML as coloured text, with marked lines (from 0). */
export function YamlText({
  text,
  marked,
  label,
}: {
  text: string;
  marked?: ReadonlySet<number>;
  label: string;
}) {
  const lines = useMemo(() => highlightYaml(text.replace(/\n$/, '')), [text]);
  return (
    <pre className={classes.text} aria-label={label} role="region" tabIndex={0}>
      <code>
        {lines.map((pieces, line) => (
          <span
            key={line}
            className={classes.line}
            data-marked={marked?.has(line) === true ? true : undefined}
          >
            {pieces.map((piece, position) => (
              <span key={position} className={classes[piece.kind]}>
                {piece.text}
              </span>
            ))}
            {'\n'}
          </span>
        ))}
      </code>
    </pre>
  );
}
