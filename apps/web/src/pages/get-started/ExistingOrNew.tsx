import { Select } from '@mantine/core';
import type { EntityKind } from '@slipway/contracts';
import { useQuery } from '@tanstack/react-query';
import { queries } from '../../api/queries.ts';
import { referenceTo } from '../../forms/SecretField.tsx';
import { useProject } from '../../hooks/use-project.ts';

const fresh = ' new';

/** Shown once there is something to choose: a new one, or one that exists. */
export function ExistingOrNew({
  kind,
  noun,
  chosen,
  parents,
  onChoose,
}: {
  kind: EntityKind;
  noun: string;
  chosen: string | undefined;
  parents: boolean;
  onChoose: (reference: string | null) => void;
}) {
  const project = useProject();
  const items =
    useQuery(
      queries.entities(project, kind, {
        limit: 200,
        ...(parents ? { includeParents: 'true' as const } : {}),
      }),
    ).data?.items ?? [];
  if (items.length === 0 && chosen === undefined) return null;
  const existing = items.map((item) => ({ value: referenceTo(item, project), label: item.name }));
  return (
    <Select
      label={`Which ${noun}`}
      allowDeselect={false}
      searchable={existing.length > 8}
      data={[
        { value: fresh, label: `A new ${noun}` },
        { group: `Existing ${noun}s`, items: existing },
      ]}
      value={chosen ?? fresh}
      onChange={(value) => onChoose(value === null || value === fresh ? null : value)}
    />
  );
}
