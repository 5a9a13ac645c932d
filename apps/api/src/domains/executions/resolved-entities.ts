import type { Variable } from '@slipway/contracts';

/** What a `$service` node gives: the service as it was when the stage began. Variables are as written, with their expressions. */
export interface ServiceOutputs {
  readonly identifier: string;
  readonly name: string;
  readonly description: string;
  readonly type: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly variables: readonly Variable[];
  /** Where the document lives, and which version of it was read. */
  readonly scopeKey: string;
  readonly version: number;
}

/** What an `$infrastructure` node gives: everything resolved, no credentials. */
export interface InfrastructureOutputs {
  readonly identifier: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly namespace: string;
  readonly releaseName: string;
  readonly connectorRef: string;
  readonly connector: {
    readonly identifier: string;
    readonly name: string;
    readonly scopeKey: string;
    readonly delegateSelectors: readonly string[];
  };
  readonly allowSimultaneousDeployments: boolean;
  /** Identifier of the environment. */
  readonly environment: string;
  readonly env: {
    readonly identifier: string;
    readonly name: string;
    readonly description: string;
    readonly type: string;
    readonly tags: Readonly<Record<string, string>>;
    readonly variables: readonly Variable[];
    readonly scopeKey: string;
  };
  /** SHA-1 of `serviceId-envId-connectorRef-namespace`, and its first six digits. */
  readonly infraKey: string;
  readonly infraKeyShortId: string;
}
