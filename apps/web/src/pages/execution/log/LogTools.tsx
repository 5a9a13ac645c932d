import type { ExecutionNode } from '@slipway/contracts';
import { callForText } from '../../../api/operations.ts';
import { useProject } from '../../../hooks/use-project.ts';
import classes from './LogView.module.css';

interface Search {
  readonly words: string;
  readonly found: readonly number[];
  readonly at: number;
  search(words: string): void;
  move(by: number): void;
}

interface Toggle {
  readonly word: string;
  readonly on: boolean;
  readonly set: (on: boolean) => void;
}

function save(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

export function LogTools({
  executionId,
  node,
  search,
  onSearchOpened,
  toggles,
  said,
}: {
  executionId: string;
  node: ExecutionNode;
  search: Search;
  onSearchOpened: () => void;
  toggles: readonly Toggle[];
  said: string;
}) {
  const project = useProject();
  const download = async () => {
    const text = await callForText('executions', 'logs', project, {
      params: { executionId },
      query: { node: node.node, limit: 100_000 },
    });
    save(`${node.node}.log`, text);
  };
  return (
    <header className={classes.tools}>
      <h2>{node.name}</h2>
      <span className={classes.count}>
        {node.sections.length} {node.sections.length === 1 ? 'section' : 'sections'}
      </span>
      <span className={classes.said} role="status">
        {said}
      </span>
      <div className={classes.find}>
        <input
          type="search"
          aria-label="Search the log"
          placeholder="Search"
          value={search.words}
          onFocus={onSearchOpened}
          onChange={(event) => search.search(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') search.move(event.shiftKey ? -1 : 1);
            if (event.key === 'Escape') search.search('');
          }}
        />
        {search.words !== '' && (
          <span className={classes.count} role="status">
            {search.found.length === 0 ? 'none' : `${search.at + 1} of ${search.found.length}`}
          </span>
        )}
      </div>
      {toggles.map((toggle) => (
        <button
          key={toggle.word}
          type="button"
          aria-pressed={toggle.on}
          onClick={() => toggle.set(!toggle.on)}
        >
          {toggle.word}
        </button>
      ))}
      <button type="button" onClick={() => void download()}>
        Download
      </button>
    </header>
  );
}
