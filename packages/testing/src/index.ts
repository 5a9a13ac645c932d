export { emptyDatabase, testDatabase, type TestDatabase } from './postgres.ts';
