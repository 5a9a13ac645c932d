const prefix = 'sandbox.slipway.dev';

/** The annotations of a pod that say how its simulation behaves. */
export const annotations = {
  /** One of `behaviours`. */
  behaviour: `${prefix}/behaviour`,
  /** The behaviour applies only to containers whose image holds this text; the others run. */
  behaviourImage: `${prefix}/behaviour-image`,
  /** How long a pod runs before it is ready, as a Go duration (`5s`). */
  readyAfter: `${prefix}/ready-after`,
  /** How long a pod of a Job runs before it ends; 500ms by default. */
  completeAfter: `${prefix}/complete-after`,
  /** How long a deleted pod stays Terminating. */
  terminateAfter: `${prefix}/terminate-after`,
  /** How long a crashed container waits before its next start; 1s by default. */
  restartAfter: `${prefix}/restart-after`,
  /** A crash loop ends and the pod becomes ready once it has restarted this often. */
  recoverAfter: `${prefix}/recover-after-restarts`,
  /** The message of `config-error`. */
  message: `${prefix}/message`,
  /** What each container writes to its log, line by line. */
  logLines: `${prefix}/log-lines`,
} as const;

/** Every value the behaviour annotation may have. */
export const behaviours = [
  'ready',
  'image-pull-error',
  'image-pull-unauthorized',
  'invalid-image-name',
  'crash-loop',
  'oom-killed',
  'never-ready',
  'slow-termination',
  'failing-job',
  'config-error',
] as const;

/** How a simulated pod behaves. */
export type Behaviour = (typeof behaviours)[number];

/** Without any annotation a tag that holds one of these words cannot be pulled. */
export const missingImageWords = ['does-not-exist', 'missing'] as const;
