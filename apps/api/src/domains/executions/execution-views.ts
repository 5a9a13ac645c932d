import type {
  ExecutionNode,
  ExecutionSummary,
  ExecutionView,
  Failure,
  Progress,
  Status,
} from '@slipway/contracts';
import { isTerminal } from '@slipway/contracts';
import {
  allowedActions,
  describeFailureAction,
  isLeaf,
  nodeOf,
  partsOf,
  statusOf,
} from '@slipway/pipeline-core';
import type { GraphNode } from '@slipway/pipeline-core';
import { toScopeRef } from '../../platform/access.ts';
import type { ExecutionRecord, RecordDetails } from './execution-record.ts';
import { headline, titleOf, waitingFor } from './sentences.ts';

const iso = (at: number): string => new Date(at).toISOString();

function toSummary(record: ExecutionRecord): ExecutionSummary {
  const { facts, graph, state, trigger } = { ...record, trigger: record.facts.trigger };
  const failure = failureOf(record);
  const { type, by, notes, rerunOf } = trigger;
  return {
    executionId: facts.id,
    sequence: facts.sequence,
    pipeline: { identifier: facts.pipeline, name: facts.pipelineName },
    scope: toScopeRef(facts.scope),
    status: state.status,
    headline: isTerminal(state.status) ? record.headline : liveHeadline(record),
    stages: graph.stages.map((id) => {
      const { identifier, name } = nodeOf(graph, id);
      return { identifier, name, status: statusOf(graph, state, id) };
    }),
    services: [...record.services],
    environments: [...record.environments],
    trigger: {
      type,
      by: { type: by.type, id: by.id, name: by.name },
      ...(notes === undefined ? {} : { notes }),
      ...(rerunOf === undefined ? {} : { rerunOf }),
    },
    createdAt: facts.createdAt.toISOString(),
    ...(state.startedAt === undefined ? {} : { startedAt: iso(state.startedAt) }),
    ...(state.endedAt === undefined ? {} : { endedAt: iso(state.endedAt) }),
    ...(failure === undefined ? {} : { failure }),
  };
}

/** A list says what failed in one line; the proof stands on the execution's own page. */
export function toListItem(record: ExecutionRecord): ExecutionSummary {
  const summary = toSummary(record);
  if (summary.failure === undefined) return summary;
  const message = titleOf(summary.failure);
  return { ...summary, failure: { ...summary.failure, message, causes: [], evidence: [], hints: [] } };
}

export function toView(record: ExecutionRecord): ExecutionView {
  const { graph, state } = record;
  const actions = allowedActions(state.status);
  return {
    ...toSummary(record),
    nodes: graph.stages.map((id) => toNode(record, nodeOf(graph, id))),
    version: state.version,
    allowedActions: { abort: actions.abort.allowed, rerun: actions.rerun.allowed },
  };
}

/** A failure that is certain stands on the page at once, even while the step that meets it still runs. */
function failureOf(record: ExecutionRecord): Failure | undefined {
  const { state, details } = record;
  if (state.failure !== undefined) {
    const { node, failure } = state.failure;
    return withCauses(failure, node === undefined ? undefined : details.get(node)?.progress);
  }
  if (isTerminal(state.status)) return undefined;
  for (const [node, { progress }] of details) {
    const status = state.nodes[node]?.status;
    const fatal = progress?.causes.filter(({ severity }) => severity === 'fatal') ?? [];
    const [first] = fatal;
    if (status === undefined || isTerminal(status) || first === undefined) continue;
    return {
      code: first.code,
      errorType: 'Verification',
      message: first.title,
      causes: fatal,
      evidence: fatal.flatMap(({ evidence }) => evidence),
      hints: fatal.flatMap(({ hints }) => hints),
    };
  }
  return undefined;
}

/** The failure with what was seen before it, where its end itself says nothing of it. */
function withCauses(failure: Failure, progress: Progress | undefined): Failure {
  if (failure.causes.length > 0 || progress === undefined || progress.causes.length === 0) return failure;
  return { ...failure, causes: progress.causes };
}

function liveHeadline(record: ExecutionRecord): string {
  const failure = failureOf(record);
  const isSeen = failure !== undefined && record.state.failure === undefined;
  return isSeen ? titleOf(failure) : headline(record);
}

function toNode(record: ExecutionRecord, node: GraphNode): ExecutionNode {
  const { graph, state } = record;
  const own = state.nodes[node.id];
  const details = record.details.get(node.id);
  const waiting = own === undefined ? undefined : waitingFor(graph, node, own, details);
  return {
    node: node.id,
    identifier: node.identifier,
    name: node.name,
    kind: node.kind,
    ...(node.type === undefined ? {} : { type: node.type }),
    status: statusOf(graph, state, node.id),
    ...timesOf(own),
    attempt: own?.attempt ?? 0,
    retryCount: own?.retryCount ?? 0,
    ...(own?.delegate === undefined ? {} : { delegate: own.delegate }),
    ...(own?.outputs === undefined ? {} : { outputs: shownOutputs(own) }),
    ...(waiting === undefined ? {} : { waitingFor: waiting }),
    ...(own?.failure === undefined ? {} : { failure: withCauses(own.failure, details?.progress) }),
    ...progressOf(details),
    sections: closedSections(details, own?.status),
    ...(isLeaf(node) ? { onFailure: describeFailureAction(graph, node.id) } : {}),
    children: partsOf(node).map((id) => toNode(record, nodeOf(graph, id))),
  };
}

/** What is shown in the place of a secret. */
const mask = '*****';

function shownOutputs({ outputs, secretOutputs = [] }: NonNullable<OwnState>): Record<string, unknown> {
  return { ...outputs, ...Object.fromEntries(secretOutputs.map((name) => [name, mask])) };
}

type OwnState = ExecutionRecord['state']['nodes'][string] | undefined;

function timesOf(own: OwnState): Pick<ExecutionNode, 'startedAt' | 'endedAt' | 'deadlineAt'> {
  return {
    ...(own === undefined ? {} : { startedAt: iso(own.startedAt) }),
    ...(own?.endedAt === undefined ? {} : { endedAt: iso(own.endedAt) }),
    ...(own?.deadlineAt === undefined ? {} : { deadlineAt: iso(own.deadlineAt) }),
  };
}

const progressOf = (details: RecordDetails | undefined): Pick<ExecutionNode, 'progress'> =>
  details?.progress === undefined ? {} : { progress: details.progress };

/** A delegate that died left its section open; with its step ended, nothing will be added. */
function closedSections(
  details: RecordDetails | undefined,
  status: Status | undefined,
): ExecutionNode['sections'] {
  const sections = details?.sections ?? [];
  if (status === undefined || !isTerminal(status)) return [...sections];
  const end = status === 'SUCCEEDED' ? 'succeeded' : 'failed';
  return sections.map((section) => (section.status === 'running' ? { ...section, status: end } : section));
}
