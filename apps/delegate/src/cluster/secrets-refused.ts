/** A secret could not be had; the message names it, never its value. */
export class SecretsRefusedError extends Error {
  override name = 'SecretsRefusedError';
}
