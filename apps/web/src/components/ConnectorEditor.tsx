import { Button } from '@mantine/core';
import type { ConnectionTestStep } from '@slipway/contracts';
import { useMutation } from '@tanstack/react-query';
import { isApiError } from '../api/api-error.ts';
import { call } from '../api/operations.ts';
import { entityForms } from '../forms/entity-forms.tsx';
import { EntityEditor } from './EntityEditor.tsx';
import type { EntityEditorProps } from './EntityEditor.tsx';
import { ProblemView } from './ProblemView.tsx';
import { SandboxPanel } from './SandboxPanel.tsx';
import { TestResult } from './TestResult.tsx';

const stepIs = (step: ConnectionTestStep, name: string): boolean =>
  step.step === name && step.status === 'failed';

/** A connector is saved when its connection test passes; untested where no delegate could try it. */
export function ConnectorEditor(
  props: Omit<EntityEditorProps, 'kind' | 'form' | 'secondary' | 'below' | 'onText' | 'gate'>,
) {
  const { scope } = props;
  const test = useMutation({
    mutationFn: (yaml: string) => call('connectionTests', 'testDocument', scope, { yaml }),
  });
  const { data, error } = test;
  const untested =
    (isApiError(error) && error.code === 'connector.no_delegate') ||
    data?.status === 'UNKNOWN' ||
    data?.steps.some((step) => stepIs(step, 'delegate')) === true;
  return (
    <EntityEditor
      {...props}
      kind="connector"
      form={entityForms.connector}
      onText={test.reset}
      gate={(yaml) =>
        test.mutateAsync(yaml).then(
          (result) => result.status === 'SUCCESS',
          // What went wrong is shown below the form.
          () => false,
        )
      }
      secondary={(text, saveAnyway) => (
        <>
          {untested && (
            <Button variant="default" onClick={saveAnyway}>
              Save untested
            </Button>
          )}
          <Button variant="default" loading={test.isPending} onClick={() => test.mutate(text)}>
            Test connection
          </Button>
        </>
      )}
      below={
        <>
          <SandboxPanel />
          {data !== undefined && <TestResult result={data} />}
          {error !== null && <ProblemView error={error} />}
        </>
      }
    />
  );
}
