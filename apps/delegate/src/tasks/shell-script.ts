import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Failure, ShellScriptTask, TaskOutcome } from '@slipway/contracts';
import { runInGroup, type GroupEnd } from './process-group.ts';
import { driverScript, isVariableName, readOutputs } from './script-driver.ts';
import type { LogSection, TaskContext, TaskRunner } from './task.ts';

const OUTPUT_LIMIT_BYTES = 512 * 1024;
const EVIDENCE_LINES = 20;

/** Runs a script in a folder of its own; its exit code alone decides. */
export const shellScript: TaskRunner<'shell-script'> = { kind: 'shell-script', run: runScript };

async function runScript(task: ShellScriptTask, context: TaskContext): Promise<TaskOutcome> {
  const problem = problemOf(task);
  if (problem !== undefined)
    return failed({ code: 'script.invalid', errorType: 'ConfigurationFailure', message: problem });
  const section = context.section('Execute');
  const folder = await context.workFolder();
  const files = {
    script: path.join(folder, 'script.sh'),
    driver: path.join(folder, '.driver'),
    outputs: path.join(folder, '.outputs'),
  };
  const environment = await environmentOf(task, context, folder);
  await writeFile(files.script, await context.secrets.text(task.script), { mode: 0o600 });
  await writeFile(
    files.driver,
    driverScript(
      files,
      task.outputs.map(({ variable }) => variable),
    ),
    { mode: 0o600 },
  );

  context.lease.assertHeld();
  context.signal.throwIfAborted();
  const output = collectOutput(section);
  const shell = task.shell === 'Bash' ? 'bash' : 'sh';
  const end = await runInGroup({
    command: shell,
    args: [files.driver],
    folder,
    environment,
    signal: context.signal,
    onOutput: output.write,
  });
  output.end();
  const failure = failureOf(end, shell, output.lastErrors());
  section.end(failure === undefined ? 'succeeded' : 'failed');
  context.signal.throwIfAborted();
  if (failure !== undefined) return failed(failure);
  return outcomeOf(task, await readFile(files.outputs, 'utf8').catch(() => ''), context);
}

function problemOf(task: ShellScriptTask): string | undefined {
  const wrong = task.outputs.find(({ variable }) => !isVariableName(variable));
  if (wrong !== undefined)
    return `The output ${wrong.name} reads "${wrong.variable}", which is no name of a shell variable.`;
  const name = Object.keys(task.environment).find((variable) => !isVariableName(variable));
  return name === undefined ? undefined : `"${name}" is no name of an environment variable.`;
}

/** What the delegate's own environment a script may see: nothing of its settings, above all not its token. */
const inheritedVariables = [
  'PATH',
  'LANG',
  'LC_ALL',
  'TZ',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]),
];

async function environmentOf(
  task: ShellScriptTask,
  context: TaskContext,
  folder: string,
): Promise<Record<string, string>> {
  const environment: Record<string, string> = { HOME: folder, TMPDIR: folder };
  for (const name of inheritedVariables) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  for (const [name, text] of Object.entries(task.environment))
    environment[name] = await context.secrets.text(text);
  return environment;
}

interface ScriptOutput {
  write(chunk: Buffer, stream: 'stdout' | 'stderr'): Promise<void>;
  end(): void;
  lastErrors(): string;
}

/** Passes output on up to the limit. Text for the failure's evidence is masked by the session like all of an outcome. */
function collectOutput(section: LogSection): ScriptOutput {
  const streams = { stdout: section.stream('info'), stderr: section.stream('error') };
  let bytes = 0;
  let cut = false;
  let errors = '';
  return {
    write: async (chunk, name) => {
      if (name === 'stderr') errors = (errors + chunk.toString('utf8')).slice(-8192);
      const room = OUTPUT_LIMIT_BYTES - bytes;
      bytes += chunk.length;
      if (room > 0) streams[name].write(chunk.subarray(0, room));
      if (bytes > OUTPUT_LIMIT_BYTES && !cut) {
        cut = true;
        section.line('The output ends here: a script may write 512 KB. The script itself goes on.', 'warn');
      }
      await section.drained();
    },
    end: () => {
      streams.stdout.end();
      streams.stderr.end();
    },
    lastErrors: () => errors.trimEnd().split('\n').slice(-EVIDENCE_LINES).join('\n'),
  };
}

type FailureFields = Pick<Failure, 'code' | 'errorType' | 'message'> & Partial<Failure>;

function failureOf(end: GroupEnd, shell: string, errors: string): FailureFields | undefined {
  const evidence: Failure['evidence'] = errors === '' ? [] : [{ kind: 'log', text: errors }];
  if (end.kind === 'not-started') {
    const hints = [`Install ${shell} on the delegate, or choose the other shell.`];
    return {
      code: 'script.shell_missing',
      errorType: 'ConfigurationFailure',
      message: `${shell} cannot be started: ${end.message}`,
      hints,
    };
  }
  if (end.kind === 'signal') {
    const hints =
      end.signal === 'SIGKILL' ? ['The system may have been short of memory: look at its log.'] : [];
    return {
      code: 'script.killed',
      errorType: 'Unknown',
      message: `The script was ended by the signal ${end.signal}.`,
      evidence,
      hints,
    };
  }
  if (end.code === 0) return undefined;
  return {
    code: 'script.exit_code',
    errorType: 'Unknown',
    message: `The script ended with exit code ${end.code}.`,
    evidence,
  };
}

function failed(failure: FailureFields): TaskOutcome {
  return { kind: 'failed', failure: { causes: [], evidence: [], hints: [], ...failure } };
}

function outcomeOf(task: ShellScriptTask, text: string, context: TaskContext): TaskOutcome {
  if (Buffer.byteLength(text) > OUTPUT_LIMIT_BYTES) {
    return failed({
      code: 'script.outputs_too_large',
      errorType: 'ConfigurationFailure',
      message: 'The output variables hold more than 512 KB together.',
    });
  }
  const values = readOutputs(text);
  const outputs: Record<string, string> = {};
  const secretOutputs: string[] = [];
  for (const [index, { name, secret }] of task.outputs.entries()) {
    const value = values[index] ?? '';
    outputs[name] = value;
    if (!secret) continue;
    secretOutputs.push(name);
    context.secrets.mask(value);
  }
  return { kind: 'succeeded', outputs, ...(secretOutputs.length > 0 ? { secretOutputs } : {}) };
}
