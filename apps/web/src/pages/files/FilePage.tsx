import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { isApiError } from '../../api/api-error.ts';
import { call } from '../../api/operations.ts';
import { queries } from '../../api/queries.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { ProblemView } from '../../components/ProblemView.tsx';
import { useProject } from '../../hooks/use-project.ts';
import { useMay } from '../../hooks/use-session.ts';
import { PageHeader } from '../../layouts/PageHeader.tsx';
import { paths } from '../../paths.ts';
import { CodeEditor } from '../../ui/CodeEditor.tsx';
import classes from './Files.module.css';

function useSaveFile() {
  const project = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: ({ path, content }: { path: string; content: string }) =>
      call('files', 'put', project, { params: { '*': path.replace(/^\//, '') }, bytes: new Blob([content]) }),
    onSuccess: async (file) => {
      await client.invalidateQueries({ queryKey: ['file'] });
      void navigate(paths.file(project, file.path));
    },
  });
}

function Remove({ path }: { path: string }) {
  const project = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: (force: boolean) =>
      call('files', 'remove', project, { params: { '*': path }, query: force ? { force: 'true' } : {} }),
    onSuccess: async () => {
      await navigate(paths.files(project));
      void client.invalidateQueries({ queryKey: ['file'] });
    },
  });
  const inUse = isApiError(remove.error) && remove.error.code === 'entity.in_use';
  return (
    <>
      <Button variant="danger" onClick={() => setAsking(true)}>
        Delete
      </Button>
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={`Delete /${path}?`}
        centered
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <p>The file goes. Releases that were made of it keep what they rendered.</p>
        {remove.isError && <ProblemView error={remove.error} />}
        <div className={classes.confirm}>
          <Button variant="default" onClick={() => setAsking(false)}>
            Keep it
          </Button>
          <Button variant="danger" loading={remove.isPending} onClick={() => remove.mutate(inUse)}>
            {inUse ? 'Delete although it is in use' : 'Delete file'}
          </Button>
        </div>
      </Modal>
    </>
  );
}

function Editor({ path, content, mayEdit }: { path: string; content: string; mayEdit: boolean }) {
  const [text, setText] = useState(content);
  const save = useSaveFile();
  return (
    <>
      <div className={classes.editor}>
        <CodeEditor text={text} onChange={setText} label={`/${path}`} readOnly={!mayEdit} />
      </div>
      {save.isError && <ProblemView error={save.error} />}
      {mayEdit && (
        <div className={classes.confirm}>
          <Button
            loading={save.isPending}
            disabled={text === content}
            onClick={() => save.mutate({ path, content: text })}
          >
            Save file
          </Button>
        </div>
      )}
    </>
  );
}

export function FilePage() {
  const project = useProject();
  const path = useParams()['*'] ?? '';
  const mayEdit = useMay('core_file_edit');
  const mayRemove = useMay('core_file_delete');
  const query = useQuery(queries.file(project, path));
  return (
    <>
      <PageHeader
        title={`/${path}`}
        crumbs={[{ word: 'Files', to: paths.files(project) }, { word: `/${path}` }]}
        actions={mayRemove && <Remove path={path} />}
      />
      <div className={classes.body}>
        <Loaded query={query} rows={8}>
          {(content) => <Editor key={content} path={path} content={content} mayEdit={mayEdit} />}
        </Loaded>
      </div>
    </>
  );
}

export function NewFilePage() {
  const project = useProject();
  const [path, setPath] = useState('/manifests/');
  const [text, setText] = useState('');
  const save = useSaveFile();
  return (
    <>
      <PageHeader
        title="New file"
        crumbs={[{ word: 'Files', to: paths.files(project) }, { word: 'New file' }]}
      />
      <div className={classes.body}>
        <TextInput
          label="Path"
          description="Documents refer to it by this path."
          className={classes.path ?? ''}
          classNames={{ input: 'mono' }}
          value={path}
          spellCheck={false}
          onChange={(event) => setPath(event.currentTarget.value)}
        />
        <div className={classes.editor}>
          <CodeEditor text={text} onChange={setText} label="Content" />
        </div>
        {save.isError && <ProblemView error={save.error} />}
        <div className={classes.confirm}>
          <Button
            loading={save.isPending}
            disabled={path.endsWith('/') || path === ''}
            onClick={() => save.mutate({ path, content: text })}
          >
            Save file
          </Button>
        </div>
      </div>
    </>
  );
}
