// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
const form = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:([eE][+-]?\d+)|(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E))?$/;

const binary: Record<string, bigint> = {
  Ki: 1024n,
  Mi: 1024n ** 2n,
  Gi: 1024n ** 3n,
  Ti: 1024n ** 4n,
  Pi: 1024n ** 5n,
  Ei: 1024n ** 6n,
};
const powerOfTen: Record<string, number> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };

/** Billionths, exact; undefined for a text that is no quantity, or one too large or too fine to matter. */
function toNano(text: string): bigint | undefined {
  const found = form.exec(text);
  if (found === null || text.length > 40) return undefined;
  const [, sign = '', digits = '', exponent, suffix = ''] = found;
  const [whole = '', fraction = ''] = digits.split('.');
  const tens =
    (exponent === undefined ? (powerOfTen[suffix] ?? 0) : Number(exponent.slice(1))) + 9 - fraction.length;
  if (Math.abs(tens) > 60) return undefined;
  const mantissa = BigInt(`${whole}${fraction}` || '0') * (binary[suffix] ?? 1n);
  const scale = 10n ** BigInt(Math.abs(tens));
  if (tens < 0 && mantissa % scale !== 0n) return undefined;
  const nano = tens < 0 ? mantissa / scale : mantissa * scale;
  return sign === '-' ? -nano : nano;
}

/** Whether two quantities are the same amount: `1000m` and `1`, `0.5Gi` and `512Mi`. False for what is none. */
export function sameQuantity(left: unknown, right: unknown): boolean {
  const amount = toNano(String(left));
  return amount !== undefined && amount === toNano(String(right));
}
