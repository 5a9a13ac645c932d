import { completeSet, parseManifests } from '@slipway/deploy-engine';
import type { ManifestFile, ManifestProblem, ResourceLookup, SourcedObject } from '@slipway/deploy-engine';
import type { Cluster } from '../cluster/cluster.ts';
import { DeployFailure } from './deploy-failure.ts';
import { inParallel } from './in-parallel.ts';
import type { SectionLog } from './sections.ts';

export interface ReadManifests {
  objects: SourcedObject[];
  lookup: ResourceLookup;
}

/** Reads manifests into a complete set of objects, or fails with every problem and its place. */
export async function readManifests(
  cluster: Cluster,
  files: readonly ManifestFile[],
  options: { namespace: string; signal: AbortSignal; log: SectionLog },
): Promise<ReadManifests> {
  const parsed = parseManifests(files);
  for (const { path, reason } of parsed.skippedFiles) options.log.info(`${path} skipped: ${reason}`);
  if (parsed.problems.length > 0) throw unreadable(parsed.problems);
  if (parsed.objects.length === 0) {
    throw new DeployFailure({
      code: 'manifest.empty',
      errorType: 'ConfigurationFailure',
      message: 'The manifests hold no Kubernetes object.',
      hints: ['Only files that end in .yaml, .yml or .json are read.'],
    });
  }
  const lookup = await discover(cluster, parsed.objects, options.signal);
  const completed = completeSet(parsed.objects, {
    namespace: options.namespace,
    isNamespaced: (kind) => lookup(kind)?.namespaced,
  });
  if (completed.problems.length > 0) throw unreadable(completed.problems);
  return { objects: completed.objects, lookup };
}

/** What the cluster serves of the kinds in a set. */
export async function discover(
  cluster: Cluster,
  objects: readonly SourcedObject[],
  signal: AbortSignal,
): Promise<ResourceLookup> {
  const kinds = new Map(
    objects.map(({ object: { apiVersion, kind } }) => [`${apiVersion}/${kind}`, { apiVersion, kind }]),
  );
  const known = new Map<string, { plural: string; namespaced: boolean }>();
  await inParallel([...kinds], 8, async ([key, { apiVersion, kind }]) => {
    const resource = await cluster.resource(apiVersion, kind, { signal });
    if (resource !== null) known.set(key, { plural: resource.name, namespaced: resource.namespaced });
  });
  return ({ apiVersion, kind }) => known.get(`${apiVersion}/${kind}`);
}

function unreadable(problems: readonly ManifestProblem[]): DeployFailure {
  const texts = problems.map(({ file, line, message }) =>
    file === '' ? message : `${file}:${line}: ${message}`,
  );
  return new DeployFailure({
    code: 'manifest.invalid',
    errorType: 'ConfigurationFailure',
    message:
      texts.length === 1
        ? String(texts[0])
        : `${texts.length} problems in the manifests: ${texts.slice(0, 10).join(' ')}`,
    causes: problems.slice(0, 50).map((problem, index) => ({
      code: 'manifest.invalid',
      severity: 'fatal' as const,
      title: `${problem.file}, line ${problem.line}`,
      message: problem.message,
      evidence: [{ kind: 'status' as const, text: texts[index] ?? problem.message }],
      hints: problem.hint === undefined ? [] : [problem.hint],
    })),
    hints: problems.flatMap(({ hint }) => hint ?? []).slice(0, 3),
  });
}
