import { useState } from 'react';
import { changedLines } from '../document/changed-lines.ts';
import type { Mistake } from '../document/check-document.ts';
import { CodeEditor } from '../ui/CodeEditor.tsx';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Mark } from '../ui/Mark.tsx';
import { YamlText } from '../ui/YamlText.tsx';
import classes from './YamlPane.module.css';

export interface YamlPaneProps {
  readonly title: string;
  readonly text: string;
  /** Absent: the text can only be read. */
  readonly onChange?: (text: string) => void;
  /** What it was before the person began: the lines that differ are marked. */
  readonly before?: string | undefined;
  readonly mistakes?: readonly Mistake[];
}

/** The same document as the form beside it: changes with it, can be edited, shows mistakes at their line. */
export function YamlPane({ title, text, onChange, before, mistakes = [] }: YamlPaneProps) {
  const [editing, setEditing] = useState(false);
  const edited = editing && onChange !== undefined;
  return (
    <section className={classes.pane} aria-label={title}>
      <header className={classes.head}>
        <h2 className="mono">{title}</h2>
        <div className={classes.tools}>
          <CopyButton text={text} />
          {onChange !== undefined && (
            <button type="button" className={classes.toggle} onClick={() => setEditing(!editing)}>
              {editing ? 'Done' : 'Edit as YAML'}
            </button>
          )}
        </div>
      </header>
      <div className={classes.body}>
        {edited ? (
          <CodeEditor text={text} onChange={onChange} label={title} marks={mistakes} />
        ) : (
          <YamlText
            text={text}
            label={title}
            {...(before === undefined ? {} : { marked: changedLines(before, text) })}
          />
        )}
      </div>
      {mistakes.length > 0 && (
        <ul className={classes.mistakes} aria-live="polite" aria-label="Mistakes">
          {mistakes.slice(0, 5).map((mistake, position) => (
            <li key={position}>
              <Mark tone="fail" />
              <span>
                <span className="muted">line {mistake.line}</span> {mistake.message}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
