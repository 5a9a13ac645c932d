import type { Cause, Evidence, Failure } from '@slipway/contracts';

type FailureFields = Pick<Failure, 'code' | 'errorType' | 'message'> & {
  causes?: Cause[];
  evidence?: Evidence[];
  hints?: string[];
};

/** A deployment that cannot go on, with all that a person needs to know. It becomes the task's `failed` outcome. */
export class DeployFailure extends Error {
  override name = 'DeployFailure';
  readonly failure: Failure;

  constructor(fields: FailureFields) {
    super(fields.message);
    this.failure = { causes: [], evidence: [], hints: [], ...fields };
  }
}
