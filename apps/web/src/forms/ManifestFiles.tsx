import { Button, Select } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { call } from '../api/operations.ts';
import { queries } from '../api/queries.ts';
import { ProblemView } from '../components/ProblemView.tsx';
import type { Path } from '../document/document.ts';
import { useProject } from '../hooks/use-project.ts';
import type { DocumentForm } from './use-document-form.ts';
import classes from './forms.module.css';

const cleanName = (name: string): string => name.replaceAll(/[^\w.-]+/g, '-');

/** Files of the file store that hold a service's manifests: uploaded here or chosen among those that are there. */
export function ManifestFiles({ form, path }: { form: DocumentForm; path: Path }) {
  const project = useProject();
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const stored = useQuery(queries.files(project, { limit: 200 })).data?.items ?? [];
  const value = form.read(path);
  const files = Array.isArray(value) ? value.filter((file): file is string => typeof file === 'string') : [];
  const folder = `/manifests/${form.readText(['service', 'identifier']) || 'service'}`;
  const upload = useMutation({
    mutationFn: async (chosen: readonly File[]) => {
      const written: string[] = [];
      for (const file of chosen) {
        const target = `${folder}/${cleanName(file.name)}`;
        await call('files', 'put', project, { params: { '*': target.slice(1) }, bytes: file });
        written.push(target);
      }
      return written;
    },
    onSuccess: (written) => {
      form.write(path, [...new Set([...files, ...written])]);
      void client.invalidateQueries({ queryKey: ['file'] });
    },
  });
  return (
    <div>
      <ul className={classes.files} aria-label="Manifest files">
        {files.map((file) => (
          <li key={file}>
            <span className="mono">{file}</span>
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              aria-label={`Leave out ${file}`}
              onClick={() =>
                form.write(
                  path,
                  files.filter((other) => other !== file),
                )
              }
            >
              <IconX size={14} aria-hidden="true" />
            </Button>
          </li>
        ))}
      </ul>
      {files.length === 0 && (
        <p className={classes.under}>
          No file yet. Files ending in .yaml or .yml are deployed, in any number.
        </p>
      )}
      <div className={classes.buttons} style={{ marginTop: 10 }}>
        <input
          ref={input}
          type="file"
          multiple
          accept=".yaml,.yml,.json"
          className="visually-hidden"
          aria-label="Manifest files to upload"
          tabIndex={-1}
          onChange={(event) => {
            upload.mutate([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = '';
          }}
        />
        <Button variant="default" loading={upload.isPending} onClick={() => input.current?.click()}>
          Upload files
        </Button>
        {stored.length > 0 && (
          <Select
            aria-label="Add a file of the file store"
            placeholder="Add one that is there"
            searchable
            value={null}
            data={stored
              .map((file) => (file.path.startsWith('/') ? file.path : `/${file.path}`))
              .filter((file) => !files.includes(file))}
            onChange={(file) => file !== null && form.write(path, [...files, file])}
          />
        )}
      </div>
      {form.errorAt(path) !== undefined && <p className={classes.under}>{form.errorAt(path)}</p>}
      {upload.isError && <ProblemView error={upload.error} />}
    </div>
  );
}
