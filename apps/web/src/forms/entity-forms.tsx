import type { EntityKind } from '@slipway/contracts';
import { Suspense, lazy } from 'react';
import type { ReactNode } from 'react';
import { Placeholder } from '../ui/Placeholder.tsx';
import { EnvironmentForm } from './EnvironmentForm.tsx';
import { InfrastructureFormWithCluster } from './InfrastructureFormWithCluster.tsx';
import { PipelineTargetsForm } from './PipelineTargetsForm.tsx';
import { SecretForm } from './SecretForm.tsx';
import { ServiceForm } from './ServiceForm.tsx';
import type { DocumentForm } from './use-document-form.ts';

// It is by far the largest.
const ConnectorForm = lazy(async () => ({ default: (await import('./ConnectorForm.tsx')).ConnectorForm }));

type RenderForm = (form: DocumentForm, saved: boolean, nameError: string | undefined) => ReactNode;

/** The form of each kind. A saved pipeline is edited as YAML: its form would show only part of it. */
export const entityForms: Readonly<Record<EntityKind, RenderForm>> = {
  service: (form, saved, nameError) => (
    <ServiceForm form={form} saved={saved} offerSample={false} nameError={nameError} />
  ),
  environment: (form, saved, nameError) => (
    <EnvironmentForm form={form} saved={saved} nameError={nameError} />
  ),
  connector: (form, saved, nameError) => (
    <Suspense fallback={<Placeholder rows={8} />}>
      <ConnectorForm form={form} saved={saved} nameError={nameError} />
    </Suspense>
  ),
  infrastructure: (form, saved, nameError) => (
    <InfrastructureFormWithCluster form={form} saved={saved} nameError={nameError} />
  ),
  secret: (form, saved, nameError) => <SecretForm form={form} saved={saved} nameError={nameError} />,
  pipeline: (form, saved, nameError) => (
    <PipelineTargetsForm form={form} saved={saved} nameError={nameError} />
  ),
};
