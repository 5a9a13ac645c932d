// Apart from each other, so that the console takes the functions without zod.
export * from './reference.ts';
export * from './scope-schema.ts';
