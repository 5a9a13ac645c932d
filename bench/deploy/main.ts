import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { testCluster, testNamespace } from '@slipway/testing';
import { setup as startCluster } from '../../packages/testing/src/cluster-global.ts';
import { startInstallation } from '../../e2e/installation.ts';
import { restClient, type RestClient } from '../../e2e/rest-client.ts';
import { describeMachine, rotated, spreadOf, type Spread, table } from '../measure.ts';
import { bareApply, type Contestant, kubectlApply, slipway, type Times } from './contestants.ts';
import { configMaps } from './objects.ts';

const usage = `Usage: pnpm bench:deploy [--objects N] [--rounds N] [--json FILE]

Deploys N ConfigMaps (1000) by a pipeline, by kubectl and by bare requests, to the same cluster in turns, each into a
new namespace and then once more unchanged. SLIPWAY_TEST_KUBECONFIG names a running sandbox; without it one is started.
`;

const phases = ['fresh', 'unchanged'] as const;
type Phase = (typeof phases)[number];
/** Milliseconds and requests of every round, by phase, contestant and what was measured. */
type Samples = Record<Phase, Record<string, Record<string, number[]>>>;

async function main(count: number, rounds: number, json: string | undefined): Promise<void> {
  const ends: (() => Promise<void>)[] = [];
  const end = async (): Promise<void> => {
    for (const each of ends.splice(0).toReversed()) await each();
  };
  // What was started lives in processes of its own, which an interrupted bench would leave behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void end().finally(() => process.exit(1)));
  try {
    ends.push(await startCluster());
    const cluster = await testCluster();
    ends.push(() => cluster.close());
    const installation = await startInstallation();
    ends.push(() => installation.stop());
    const report = await measure(cluster, restClient(installation), { count, rounds }).catch(
      (error: unknown) => {
        throw new Error(`The bench broke off. The installation printed:\n${installation.output()}`, {
          cause: error,
        });
      },
    );
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, undefined, 2)}\n`);
  } finally {
    await end();
  }
}

interface Size {
  readonly count: number;
  readonly rounds: number;
}

async function measure(cluster: Cluster, rest: RestClient, { count, rounds }: Size): Promise<unknown> {
  await rest.delegateConnected();
  const objects = configMaps(count);
  const contestants = [kubectlApply(cluster, objects), bareApply(cluster, objects), slipway(rest, objects)];
  const samples: Samples = { fresh: {}, unchanged: {} };
  // The first round warms compilers, caches and connections of everybody, and is not counted.
  for (let round = -1; round < rounds; round += 1) {
    for (const contestant of rotated(contestants, Math.max(round, 0)))
      await run(cluster, contestant, round < 0 ? undefined : samples);
    console.log(round < 0 ? 'warm-up done' : `round ${round + 1} of ${rounds} done`);
  }
  return show(samples, { count, rounds });
}

type Cluster = Awaited<ReturnType<typeof testCluster>>;

async function run(cluster: Cluster, contestant: Contestant, samples: Samples | undefined): Promise<void> {
  await using namespace = await testNamespace(cluster, { prefix: 'bench' });
  await contestant.prepare(namespace.name);
  for (const phase of phases) {
    const since = new Date();
    const times = await contestant.deploy(namespace.name);
    const requests = (await cluster.auditEvents({ since, namespace: namespace.name })).filter(
      ({ userAgent }) => userAgent.startsWith(contestant.userAgent),
    );
    if (samples !== undefined) keep(samples[phase], contestant.name, { ...times, requests: requests.length });
  }
  // The next one shall not be measured against this one's removal.
  await cluster.kubectl(['delete', 'namespace', namespace.name, '--wait=true', '--timeout=300s']);
}

function keep(into: Samples[Phase], name: string, measured: Times): void {
  for (const [what, value] of Object.entries(measured)) ((into[name] ??= {})[what] ??= []).push(value);
}

function show(samples: Samples, facts: Size): unknown {
  const result = {
    at: new Date().toISOString(),
    machine: describeMachine(),
    ...facts,
    milliseconds: mapped(samples, spreadOf),
    ratios: Object.fromEntries(phases.map((phase) => [phase, ratiosOf(samples[phase])])),
  };
  for (const phase of phases) {
    const rows = Object.entries(samples[phase]).flatMap(([name, measured]) =>
      Object.entries(measured).map(([what, all]) => [`${name}, ${what}`, ...cells(spreadOf(all), 0)]),
    );
    console.log(
      `\n${phase}: ${facts.count} ConfigMaps, milliseconds (or requests) of ${facts.rounds} rounds`,
    );
    console.log(table([['', 'median', 'least', 'most'], ...rows]));
    const ratios = Object.entries(result.ratios[phase] ?? {}).map(([what, ratio]) => [
      what,
      ...cells(ratio, 2),
    ]);
    console.log(`\n${table([['ratio, within each round', 'median', 'least', 'most'], ...ratios])}`);
  }
  console.log(`\n${JSON.stringify(result)}`);
  return result;
}

/** Slipway's times over the others', round by round: rounds near in time share whatever else the machine did. */
function ratiosOf(measured: Samples[Phase]): Record<string, Spread> {
  const ours = measured['slipway'] ?? {};
  const others = Object.entries(measured).filter(([name]) => name !== 'slipway');
  return Object.fromEntries(
    ['task', 'execution'].flatMap((what) =>
      others.map(([name, { total = [] }]) => [
        `${what} / ${name}`,
        spreadOf((ours[what] ?? []).map((value, round) => value / (total[round] ?? Number.NaN))),
      ]),
    ),
  );
}

const cells = ({ median, least, most }: Spread, digits: number): string[] =>
  [median, least, most].map((value) => value.toFixed(digits));

function mapped(samples: Samples, turn: (values: readonly number[]) => Spread): unknown {
  const each = <T, R>(record: Readonly<Record<string, T>>, inner: (value: T) => R): Record<string, R> =>
    Object.fromEntries(Object.entries(record).map(([key, value]) => [key, inner(value)]));
  return each(samples, (phase) => each(phase, (measured) => each(measured, turn)));
}

const { values } = parseArgs({
  options: {
    objects: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(usage);
else await main(Number(values.objects), Number(values.rounds), values.json);
