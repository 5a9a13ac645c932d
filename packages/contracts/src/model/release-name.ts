/** What an infrastructure definition has where nothing is written: another name for each service and infrastructure. */
export const defaultReleaseName = 'release-<+INFRA_KEY_SHORT_ID>';
