import { createTaskRegistry } from './registry.ts';
import { shellScript } from './shell-script.ts';

/** Every task kind of this program. */
export const taskRegistry = createTaskRegistry([shellScript]);
