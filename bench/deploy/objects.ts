/** A ConfigMap of the size that services have: a handful of settings and a small file. */
interface ConfigMap {
  readonly apiVersion: 'v1';
  readonly kind: 'ConfigMap';
  readonly metadata: { readonly name: string };
  readonly data: Readonly<Record<string, string>>;
}

export function configMaps(count: number): ConfigMap[] {
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `settings-${String(index).padStart(5, '0')}` },
    data: {
      'log.level': index % 3 === 0 ? 'debug' : 'info',
      'server.address': `http://backend-${index}.example:8080`,
      'application.properties': Array.from(
        { length: 8 },
        (__, line) => `setting.${line}=value ${index}.${line}`,
      ).join('\n'),
    },
  }));
}
