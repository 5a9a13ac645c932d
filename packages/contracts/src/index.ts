export * from './delegate/index.ts';
export * from './errors.ts';
export * from './http/index.ts';
export * from './ids.ts';
export * from './model/index.ts';
export * from './permissions.ts';
export * from './scope.ts';
