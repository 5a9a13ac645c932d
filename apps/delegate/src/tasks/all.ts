import { connectionTest } from './connection-test.ts';
import { namespaceCheck } from './namespace-check.ts';
import { createTaskRegistry } from './registry.ts';
import { rollingDeploy } from './rolling-deploy.ts';
import { rollingRollback } from './rolling-rollback.ts';
import { shellScript } from './shell-script.ts';

/** Every task kind of this program. */
export const taskRegistry = createTaskRegistry([
  connectionTest,
  namespaceCheck,
  rollingDeploy,
  rollingRollback,
  shellScript,
]);
