import type { Cause } from '@slipway/contracts';

/** Whether a token is base64 of a service account's token, as `kubectl get secret -o yaml` shows it. */
export function isEncodedToken(token: string): boolean {
  // A token is three base64url words; the first, decoded, is JSON. Encoded once more it begins with this.
  return !token.includes('.') && Buffer.from(token, 'base64').toString('latin1').startsWith('eyJ');
}

export function encodedTokenCause(address: string): Cause {
  return {
    code: 'cluster.token_encoded',
    severity: 'fatal',
    title: 'The token is base64-encoded once too often',
    message: `${address} answered 401, and the stored token is base64 of a token: that is how kubectl get secret -o yaml shows it.`,
    evidence: [],
    hints: [
      'Decode it, and store what comes out: kubectl get secret NAME -o jsonpath={.data.token} | base64 -d',
    ],
  };
}
