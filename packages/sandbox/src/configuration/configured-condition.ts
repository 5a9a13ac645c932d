/**
 * The pod condition by which the sandbox tells KWOK, which sees one object at a time, whether the ConfigMaps and Secrets
 * of a pod are there.
 */
export const configuredCondition = 'sandbox.slipway.dev/Configured';
