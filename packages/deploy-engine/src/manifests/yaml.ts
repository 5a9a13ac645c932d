import {
  boolYaml11Tag,
  defineScalarTag,
  load,
  mapTag,
  mergeTag,
  NOT_RESOLVED,
  nullYaml11Tag,
  Schema,
  seqTag,
  strTag,
  YAMLException,
} from 'js-yaml';

/** What is wrong in a text, and at which line of it (from 1). */
export interface YamlProblem {
  message: string;
  line: number;
}

export type YamlResult = { ok: true; value: unknown } | { ok: false; problem: YamlProblem };

// The number forms of the parser that Kubernetes' tools use, not those of YAML 1.2:
// https://github.com/kubernetes-sigs/yaml/blob/v1.4.0/goyaml.v2/resolve.go#L176
const integer = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[oO]?[0-7]*|0[bB][01]+|[1-9][0-9]*)$/;
const decimal = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

function toInteger(plain: string): number {
  const negative = plain.startsWith('-');
  const digits = plain.replace(/^[-+]/, '');
  const octal = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits.toLowerCase());
  return negative ? -octal : octal;
}

const numberTag = defineScalarTag<number>('tag:yaml.org,2002:int', {
  implicit: true,
  resolve: (source) => {
    const plain = source.replaceAll('_', '');
    if (integer.test(plain)) return toInteger(plain);
    return decimal.test(plain) ? Number(plain) : NOT_RESOLVED;
  },
  identify: (value) => typeof value === 'number',
});

const floatTag = defineScalarTag<number>('tag:yaml.org,2002:float', {
  resolve: (source) => (decimal.test(source) ? Number(source) : NOT_RESOLVED),
  identify: () => false,
});

const schema = new Schema([
  strTag,
  nullYaml11Tag,
  boolYaml11Tag,
  numberTag,
  floatTag,
  mergeTag,
  seqTag,
  mapTag,
]);

/** Reads one YAML document the way kubectl does: `yes` is true, `012` is ten, dates stay text. */
export function readYaml(text: string): YamlResult {
  try {
    return { ok: true, value: load(text, { schema, maxAliases: 1000 }) };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return { ok: false, problem: { message: error.reason, line: (error.mark?.line ?? 0) + 1 } };
  }
}
