import { expect, it } from 'vitest';
import { checkDocument } from './check-document.ts';
import { describeManifests } from './manifests.ts';
import { sampleManifests } from './sample.ts';
import {
  connectorDocument,
  environmentDocument,
  infrastructureDocument,
  pipelineDocument,
  secretDocument,
  serviceDocument,
} from './templates.ts';

const project = { org: 'default', project: 'default' };
const named = { name: 'Hello web', identifier: 'Hello_web' };

it.each([
  ['service', serviceDocument(project, named, sampleManifests)],
  ['environment', environmentDocument(project, named)],
  ['connector', connectorDocument(project, named, ['local-delegate'])],
  ['infrastructure', infrastructureDocument(project, named, 'staging', 'cluster', 'default')],
  ['pipeline', pipelineDocument(project, named, { service: 'a', environment: 'b', infrastructure: 'c' })],
  ['secret', secretDocument(project, named, 'value')],
] as const)('the %s that is offered is valid', (kind, text) => expect(checkDocument(kind, text)).toEqual([]));

it('the sample is a deployment of three pods with its service and page', () => {
  expect(describeManifests(sampleManifests)).toEqual({
    objects: ['ConfigMap hello-page', 'Service hello', 'Deployment hello'],
    mistake: null,
  });
});
