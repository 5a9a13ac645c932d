import { describe, expect, it } from 'vitest';
import { treeOf, valueAt, writeAt } from './document.ts';

const text = `# who we are
service:
  name: web # shown
  identifier: web
  spec:
    auth:
      ref: a
`;

describe('a document', () => {
  it('keeps comments and order when one value changes', () => {
    expect(writeAt(text, ['service', 'name'], 'shop')).toBe(text.replace('name: web', 'name: shop'));
  });

  it('adds what was not there, whole trees as well', () => {
    const changed = writeAt(text, ['service', 'tags'], { team: 'a' });
    expect(valueAt(treeOf(changed), ['service', 'tags', 'team'])).toBe('a');
  });

  it('removes a value with the maps that it leaves empty', () => {
    const changed = writeAt(text, ['service', 'spec', 'auth', 'ref'], undefined);
    expect(treeOf(changed)).toEqual({ service: { name: 'web', identifier: 'web' } });
  });

  it('leaves text alone that is not YAML yet', () => {
    expect(writeAt('service: [', ['service'], 1)).toBe('service: [');
    expect(treeOf('service: [')).toBeNull();
  });

  it('writes several lines as a block', () => {
    expect(writeAt('a:\n  b: x\n', ['a', 'b'], 'one\ntwo\n')).toBe('a:\n  b: |\n    one\n    two\n');
  });
});
