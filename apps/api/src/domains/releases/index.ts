export { registerReleaseRoutes } from './release-routes.ts';
export { claimRelease, recordReleases } from './release-store.ts';
