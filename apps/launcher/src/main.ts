import { enableCompileCache } from 'node:module';
import path from 'node:path';

// Before anything of ours is loaded: what Node has once stripped and compiled it takes from there, as our programs do.
enableCompileCache(path.resolve(import.meta.dirname, '../../../node_modules/.cache/compile'));
await import('./run.ts');
