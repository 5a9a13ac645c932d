import { Suspense, lazy } from 'react';
import { Placeholder } from './Placeholder.tsx';
import type { CodeEditorProps } from './editor-props.ts';

const CodeMirror = lazy(() => import('./code-mirror.tsx').then((module) => ({ default: module.CodeMirror })));

/** The editor is fetched when it is first shown. */
export function CodeEditor(props: CodeEditorProps) {
  return (
    <Suspense fallback={<Placeholder rows={8} />}>
      <CodeMirror {...props} />
    </Suspense>
  );
}
