import { Suspense, lazy } from 'react';
import { Placeholder } from './Placeholder.tsx';
import type { EditorMark } from './code-mirror.tsx';

const CodeMirror = lazy(() => import('./code-mirror.tsx').then((module) => ({ default: module.CodeMirror })));

export interface CodeEditorProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly label: string;
  readonly marks?: readonly EditorMark[];
  readonly readOnly?: boolean;
}

/** The editor is fetched when it is first shown. */
export function CodeEditor(props: CodeEditorProps) {
  return (
    <Suspense fallback={<Placeholder rows={8} />}>
      <CodeMirror {...props} />
    </Suspense>
  );
}
