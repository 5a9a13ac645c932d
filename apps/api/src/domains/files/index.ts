export { readFiles } from './file-operations.ts';
export { registerFileRoutes } from './file-routes.ts';
