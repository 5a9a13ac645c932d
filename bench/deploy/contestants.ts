import { stringify } from 'yaml';
import type { TestCluster } from '@slipway/testing';
import { nodeOf, type RestClient } from '../../e2e/rest-client.ts';
import {
  documents,
  infrastructureIn,
  inlineService,
  localConnector,
  pipelineOf,
  step,
} from '../../e2e/shop.ts';
import { timed } from '../measure.ts';
import type { configMaps } from './objects.ts';

/** Milliseconds by what was measured. */
export type Times = Readonly<Record<string, number>>;

/** One way to bring the objects into a namespace. */
export interface Contestant {
  readonly name: string;
  /** What its requests to the cluster are known by. */
  readonly userAgent: string;
  /** What is not measured: documents saved, say. */
  prepare(namespace: string): Promise<void>;
  deploy(namespace: string): Promise<Times>;
}

type Objects = ReturnType<typeof configMaps>;

/** As its users call it: one file, with its own limits on requests a second. */
export function kubectlApply(cluster: TestCluster, objects: Objects): Contestant {
  const file = manifestsOf(objects);
  return {
    name: 'kubectl apply --server-side',
    userAgent: 'kubectl',
    prepare: async () => {},
    deploy: async (namespace) => ({
      total: await timed(() =>
        cluster.kubectl(['apply', '--server-side', `--namespace=${namespace}`, '--filename=-'], {
          stdin: file,
        }),
      ),
    }),
  };
}

const PARALLEL = 32;

/** One apply request an object, so many at a time, and nothing else: no reading, no order, no record, no check. */
export function bareApply(cluster: TestCluster, objects: Objects): Contestant {
  const userAgent = 'bench-bare';
  return {
    name: `bare server-side apply, ${PARALLEL} at a time`,
    userAgent,
    prepare: async () => {},
    deploy: async (namespace) => ({
      total: await timed(async () => {
        const waiting = objects.values();
        // The workers take from one iterator, so that each object is applied once.
        const worker = async (): Promise<void> => {
          for (const object of waiting) {
            const path = `/api/v1/namespaces/${namespace}/configmaps/${object.metadata.name}`;
            await cluster.api.json('PATCH', `${path}?fieldManager=bench`, object, {
              contentType: 'application/apply-patch+yaml',
              userAgent,
            });
          }
        };
        await Promise.all(Array.from({ length: PARALLEL }, worker));
      }),
    }),
  };
}

/** A pipeline of the product as `pnpm start` runs it: API, worker, delegate and Postgres on the same machine. */
export function slipway(rest: RestClient, objects: Objects): Contestant {
  const name = 'bench';
  const file = manifestsOf(objects);
  return {
    name: 'slipway',
    userAgent: 'slipway-delegate',
    prepare: async (namespace) => {
      const identifier = pipelineName(namespace);
      await rest.apply(
        documents([
          localConnector(name),
          inlineService(name, file),
          { environment: { name: `${name}_env`, identifier: `${name}_env`, type: 'PreProduction' } },
          renamed(infrastructureIn(name, namespace), `${name}_infra`, identifier),
          renamed(
            pipelineOf(name, { steps: [step('rollout', 'K8sRollingDeploy')] }, identifier),
            `${name}_infra`,
            identifier,
          ),
        ]),
      );
    },
    deploy: async (namespace) => {
      const executionId = await rest.run(pipelineName(namespace));
      // The times are the product's own, so that looking seldom costs no precision and disturbs little.
      const execution = await rest.ended(executionId, 600_000, 1000);
      if (execution.status !== 'SUCCEEDED') throw new Error(JSON.stringify(execution.failure, undefined, 2));
      const { sections, startedAt, endedAt } = nodeOf(execution, 'deploy.rollout');
      const task = between(
        sections.map((section) => section.startedAt),
        sections.map((section) => section.endedAt),
      );
      return {
        // From the first line of its log to its last: what the delegate itself does.
        task,
        step: between([startedAt], [endedAt]),
        execution: between([execution.createdAt], [execution.endedAt]),
      };
    },
  };
}

const manifestsOf = (objects: Objects): string => objects.map((object) => stringify(object)).join('---\n');

const pipelineName = (namespace: string): string => namespace.replaceAll('-', '_');

/** The same tree with another word in place of one, wherever it stands as a value. */
function renamed(tree: unknown, from: string, to: string): unknown {
  if (tree === from) return to;
  if (Array.isArray(tree)) return tree.map((item: unknown) => renamed(item, from, to));
  if (typeof tree !== 'object' || tree === null) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, renamed(value, from, to)]));
}

function between(starts: readonly (string | undefined)[], ends: readonly (string | undefined)[]): number {
  const known = (times: readonly (string | undefined)[]): number[] =>
    times.flatMap((time) => (time === undefined ? [] : [Date.parse(time)]));
  return Math.max(...known(ends)) - Math.min(...known(starts));
}
