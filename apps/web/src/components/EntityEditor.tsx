import { Button } from '@mantine/core';
import type { EntityKind, EntityView } from '@slipway/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { isApiError } from '../api/api-error.ts';
import { entities } from '../api/entities.ts';
import type { EntityRef } from '../api/entities.ts';
import type { ScopeRef } from '../api/operations.ts';
import { useDocumentForm } from '../forms/use-document-form.ts';
import type { DocumentForm } from '../forms/use-document-form.ts';
import { Notice } from '../ui/Notice.tsx';
import { CodeEditor } from '../ui/CodeEditor.tsx';
import { ProblemView } from './ProblemView.tsx';
import { YamlPane } from './YamlPane.tsx';
import { useKeptText } from './use-kept-text.ts';
import classes from './EntityEditor.module.css';

export interface EntityEditorProps {
  readonly scope: ScopeRef;
  readonly kind: EntityKind;
  readonly environment?: string | undefined;
  /** Absent: a new one is made. */
  readonly entity?: EntityView;
  readonly initialText: string;
  readonly form?: (form: DocumentForm, saved: boolean, nameError: string | undefined) => ReactNode;
  readonly onSaved: (view: EntityView) => void;
  readonly word?: string;
  /** Beside the primary button. */
  readonly secondary?: (text: string, saveAnyway: () => void) => ReactNode;
  readonly below?: ReactNode;
  /** Asked before a save; it is saved only when this says so. */
  readonly gate?: (text: string) => Promise<boolean>;
  readonly onText?: () => void;
}

function Conflict({ onTakeTheirs, onOverwrite }: { onTakeTheirs: () => void; onOverwrite: () => void }) {
  return (
    <Notice
      alert
      tone="warn"
      title="Somebody else changed it meanwhile"
      actions={
        <>
          <Button size="compact-sm" variant="default" onClick={onTakeTheirs}>
            Show theirs, drop mine
          </Button>
          <Button size="compact-sm" variant="danger" onClick={onOverwrite}>
            Overwrite theirs
          </Button>
        </>
      }
    >
      <p className="muted">Nothing was saved. Your text is still here.</p>
    </Notice>
  );
}

function useSave(
  { scope, kind, environment, entity, gate, onSaved }: EntityEditorProps,
  text: string,
  drop: () => void,
) {
  const client = useQueryClient();
  const ref: EntityRef = { kind, identifier: entity?.identifier ?? '', environment };
  return useMutation({
    mutationFn: async ({ ifMatch, gated }: { ifMatch: number | undefined; gated: boolean }) => {
      if (gated && gate !== undefined && !(await gate(text))) return null;
      return entity === undefined
        ? entities.create(scope, kind, text, { environment })
        : entities.put(scope, ref, text, { ifMatch });
    },
    onSuccess: (view) => {
      if (view === null) return;
      drop();
      void client.invalidateQueries({ queryKey: ['entity'] });
      onSaved(view);
    },
  });
}

/** A document as form and YAML; saved against the version it was read at. */
export function EntityEditor(props: EntityEditorProps) {
  const { kind, entity, initialText, form: renderForm, word = 'Save', secondary, below, onText } = props;
  const client = useQueryClient();
  const kept = useKeptText(
    `${kind}/${JSON.stringify(props.scope)}/${props.environment ?? ''}/${entity?.identifier ?? 'new'}`,
    initialText,
  );
  const [strict, setStrict] = useState(false);
  const form = useDocumentForm(
    kind,
    kept.text,
    (text) => {
      onText?.();
      kept.setText(text);
    },
    strict,
  );
  const save = useSave(props, kept.text, kept.reset);
  const code = isApiError(save.error) ? save.error.code : null;
  const proceed = (ifMatch: number | undefined, gated = true) => {
    setStrict(true);
    if (form.mistakes.length === 0) save.mutate({ ifMatch, gated });
  };
  const takeTheirs = () => {
    save.reset();
    kept.reset();
    void client.invalidateQueries({ queryKey: ['entity', kind] });
  };
  const changed = kept.text !== initialText;
  const nameError =
    code === 'entity.identifier_taken'
      ? 'One with this identifier exists already: choose another name.'
      : undefined;
  return (
    <form
      className={classes.editor}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        proceed(entity?.version);
      }}
    >
      <div className={renderForm === undefined ? classes.wide : classes.columns}>
        {renderForm !== undefined && (
          <div className={classes.form}>
            {form.broken ? (
              <Notice tone="fail" title="The YAML has a mistake">
                <p>The form comes back when it is mended.</p>
              </Notice>
            ) : (
              renderForm(form, entity !== undefined, nameError)
            )}
            {below}
          </div>
        )}
        <div className={classes.yaml}>
          {renderForm === undefined ? (
            <CodeEditor
              text={form.text}
              onChange={form.replace}
              label={`${kind}.yaml`}
              marks={form.mistakes}
            />
          ) : (
            <YamlPane
              title={`${kind}.yaml`}
              text={form.text}
              onChange={form.replace}
              before={initialText}
              mistakes={strict || form.broken ? form.mistakes : []}
            />
          )}
        </div>
      </div>
      {renderForm === undefined && form.mistakes.length > 0 && (
        <Notice
          tone="fail"
          title={form.mistakes.length === 1 ? 'One mistake' : `${form.mistakes.length} mistakes`}
        >
          <ul>
            {form.mistakes.slice(0, 6).map((mistake, position) => (
              <li key={position}>
                <span className="muted">line {mistake.line}</span> {mistake.message}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {code === 'entity.version_conflict' && (
        <Conflict onTakeTheirs={takeTheirs} onOverwrite={() => proceed(undefined)} />
      )}
      {save.isError && code !== 'entity.version_conflict' && nameError === undefined && (
        <ProblemView error={save.error} />
      )}
      <footer className={classes.foot}>
        <span className="muted small">
          {entity !== undefined &&
            (changed
              ? `Changed, not saved. Version ${entity.version} is saved.`
              : `Version ${entity.version}`)}
        </span>
        <div>
          {secondary?.(kept.text, () => proceed(entity?.version, false))}
          {changed && entity !== undefined && (
            <Button
              variant="default"
              onClick={() => {
                kept.reset();
                save.reset();
              }}
            >
              Discard changes
            </Button>
          )}
          <Button type="submit" loading={save.isPending} disabled={entity !== undefined && !changed}>
            {word}
          </Button>
        </div>
      </footer>
    </form>
  );
}
