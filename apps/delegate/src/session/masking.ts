/** What stands for a secret in everything the delegate sends. */
export const MASK = '*****';

/** Shorter values are not masked: they occur in any text by chance, and masking them everywhere would give them away. */
const SHORTEST = 3;
const SHORTEST_LINE = 8;

/** Replaces the secrets it has been told of, in the forms programs print them in. */
export interface Masker {
  add(secret: string): void;
  text(text: string): string;
  /** Every string in a JSON-like value, keys too. */
  value<T>(value: T): T;
  /** For a text that comes in pieces: a secret that lies across pieces is found. */
  stream(): MaskStream;
}

export interface MaskStream {
  /** What is certain not to belong to a secret that is still coming. */
  write(piece: string): string;
  end(): string;
}

export function createMasker(): Masker {
  const variants = new Set<string>();
  let pattern: RegExp | undefined;
  let sorted: string[] = [];

  const text = (input: string): string => (pattern === undefined ? input : input.replace(pattern, MASK));
  return {
    add: (secret) => {
      for (const variant of variantsOf(secret)) variants.add(variant);
      if (variants.size === 0) return;
      // Longest first: a form that contains another one is masked as a whole.
      sorted = [...variants].sort((left, right) => right.length - left.length);
      pattern = new RegExp(sorted.map((variant) => escapePattern(variant)).join('|'), 'g');
    },
    text,
    value: (value) => maskValue(value, text),
    stream: () => createStream(() => ({ pattern, sorted })),
  };
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function maskValue<T>(value: T, text: (input: string) => string): T {
  // Strings become strings, lists lists and maps maps, which the type system cannot follow through a generic.
  if (typeof value === 'string') return text(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => maskValue(item, text)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [text(key), maskValue(item, text)]),
  ) as T;
}

function createStream(current: () => { pattern: RegExp | undefined; sorted: readonly string[] }): MaskStream {
  let held = '';
  return {
    write: (piece) => {
      const { pattern, sorted } = current();
      const input = held + piece;
      if (pattern === undefined) {
        held = '';
        return input;
      }
      let output = '';
      let from = 0;
      let holdFrom = partialStart(input, from, sorted);
      for (const match of input.matchAll(pattern)) {
        if (match.index >= holdFrom) break;
        output += input.slice(from, match.index) + MASK;
        from = match.index + match[0].length;
        if (from > holdFrom) holdFrom = partialStart(input, from, sorted);
      }
      held = input.slice(holdFrom);
      return output + input.slice(from, holdFrom);
    },
    end: () => {
      const rest = held;
      held = '';
      const { pattern } = current();
      return pattern === undefined ? rest : rest.replace(pattern, MASK);
    },
  };
}

/** Where the first piece of text begins that may still grow into a (longer) variant. */
function partialStart(text: string, from: number, sorted: readonly string[]): number {
  const longest = sorted[0]?.length ?? 0;
  for (let start = Math.max(from, text.length - longest + 1); start < text.length; start += 1) {
    const length = text.length - start;
    const isPrefix = (variant: string): boolean =>
      variant.length > length && text.startsWith(variant.slice(0, length), start);
    if (sorted.some(isPrefix)) return start;
  }
  return text.length;
}

function variantsOf(secret: string): string[] {
  const plain = [secret, secret.trim()];
  // Programs print keys and certificates line by line.
  const lines = secret.includes('\n')
    ? secret.split(/\r?\n/).filter((line) => line.trim().length >= SHORTEST_LINE)
    : [];
  const all = [...new Set([...plain, ...lines])].filter((form) => form.length >= SHORTEST).flatMap(formsOf);
  return all.filter((form) => form.length >= SHORTEST);
}

function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const url = encodeURIComponent(secret);
  return [
    secret,
    json,
    // Go's encoder escapes these three as well.
    json.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026'),
    url,
    url.replaceAll('%20', '+'),
    url.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    secret.replaceAll("'", "'\\''"),
    ...base64Forms(Buffer.from(secret, 'utf8')),
    // echo and many editors add a line break before something is encoded.
    ...base64Forms(Buffer.from(`${secret}\n`, 'utf8')),
  ];
}

function base64Forms(bytes: Buffer): string[] {
  const padded = bytes.toString('base64');
  const whole = [padded, padded.replace(/=+$/, ''), bytes.toString('base64url')];
  return [...whole, ...[1, 2].flatMap((offset) => coreForms(bytes, offset)), ...coreForms(bytes, 0)];
}

/** The characters that encode the secret alone when something stands before and behind it, as in `user:secret`. */
function coreForms(bytes: Buffer, offset: number): string[] {
  const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  const start = Math.ceil((offset * 8) / 6);
  const end = Math.floor(((offset + bytes.length) * 8) / 6);
  const core = encoded.slice(start, end);
  return core.length < SHORTEST_LINE ? [] : [core, core.replaceAll('+', '-').replaceAll('/', '_')];
}
