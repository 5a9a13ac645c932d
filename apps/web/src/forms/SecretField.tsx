import { Button, Select, TextInput, Textarea } from '@mantine/core';
import { freeIdentifier, identifierFromName, writeReference } from '@slipway/contracts';
import type { EntitySummary, Scope } from '@slipway/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { entities } from '../api/entities.ts';
import { queries } from '../api/queries.ts';
import { ProblemView } from '../components/ProblemView.tsx';
import { secretDocument } from '../document/templates.ts';
import { useProject } from '../hooks/use-project.ts';
import type { ProjectRef } from '../paths.ts';
import classes from './forms.module.css';

export function scopeOf(ref: { org?: string | undefined; project?: string | undefined }): Scope {
  if (ref.org === undefined) return { level: 'account' };
  return ref.project === undefined
    ? { level: 'org', org: ref.org }
    : { level: 'project', org: ref.org, project: ref.project };
}

/** How a document of the project refers to an entity of its own or a scope around it. */
export const referenceTo = (
  entity: Pick<EntitySummary, 'identifier' | 'scope'>,
  project: ProjectRef,
): string =>
  writeReference(entity.identifier, scopeOf(entity.scope), { level: 'project', ...project }) ??
  entity.identifier;

function NewSecret({
  suggestion,
  taken,
  onMade,
  onCancel,
}: {
  suggestion: string;
  taken: readonly EntitySummary[];
  onMade: (identifier: string) => void;
  onCancel: () => void;
}) {
  const project = useProject();
  const client = useQueryClient();
  const [name, setName] = useState(suggestion);
  const [value, setValue] = useState('');
  const identifier = freeIdentifier(identifierFromName(name), (id) =>
    taken.some((secret) => secret.identifier === id),
  );
  const create = useMutation({
    mutationFn: () =>
      entities.create(project, 'secret', secretDocument(project, { name, identifier }, value)),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ['entity', 'secret'] });
      onMade(made.identifier);
    },
  });
  return (
    <div className={classes['inline-secret']} role="group" aria-label="New secret">
      <TextInput
        label="Name of the secret"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        rightSectionWidth="auto"
        rightSection={<span className={classes.identifier}>{identifier}</span>}
      />
      <Textarea
        label="Value"
        description="Encrypted when it is saved, never shown again."
        className={classes.mono ?? ''}
        autosize
        minRows={2}
        maxRows={8}
        spellCheck={false}
        autoComplete="off"
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
      />
      {create.isError && <ProblemView error={create.error} />}
      <div className={classes.buttons}>
        <Button
          variant="default"
          loading={create.isPending}
          disabled={value === '' || name.trim() === ''}
          onClick={() => create.mutate()}
        >
          Create secret
        </Button>
        <Button variant="subtle" color="gray" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </div>
  );
}

/** Chooses a secret by reference, or makes one in place; values never come back. */
export function SecretField({
  label,
  description,
  value,
  error,
  optional = false,
  onChange,
}: {
  label: string;
  description?: string;
  value: string;
  error?: string | undefined;
  optional?: boolean;
  onChange: (reference: string | undefined) => void;
}) {
  const project = useProject();
  const [making, setMaking] = useState(false);
  const secrets =
    useQuery(queries.entities(project, 'secret', { limit: 200, includeParents: 'true' })).data?.items ?? [];
  const choices = secrets.map((secret) => ({
    value: referenceTo(secret, project),
    label: `${secret.name} (${referenceTo(secret, project)})`,
  }));
  const known = value === '' || choices.some((choice) => choice.value === value);
  return (
    <div>
      <div className={classes.buttons} style={{ alignItems: 'flex-end' }}>
        <Select
          style={{ flex: 1, minWidth: 200 }}
          label={optional ? `${label} (optional)` : label}
          description={description}
          placeholder="Choose a secret"
          searchable
          clearable={optional}
          data={known ? choices : [...choices, { value, label: value }]}
          value={value === '' ? null : value}
          error={error}
          nothingFoundMessage="No secret by this name"
          onChange={(reference) => onChange(reference ?? undefined)}
        />
        {!making && (
          <Button variant="default" onClick={() => setMaking(true)} aria-label={`New secret for ${label}`}>
            New secret
          </Button>
        )}
      </div>
      {making && (
        <NewSecret
          suggestion={label}
          taken={secrets}
          onCancel={() => setMaking(false)}
          onMade={(identifier) => {
            setMaking(false);
            onChange(identifier);
          }}
        />
      )}
    </div>
  );
}
