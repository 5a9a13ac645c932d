import { asList, asMap, at } from '../kubernetes-object.ts';
import type { JsonMap, KubernetesObject } from '../kubernetes-object.ts';
import { podTemplatePath } from '../ordering.ts';

export type ConfigurationKind = 'ConfigMap' | 'Secret';

/** A place in a pod spec that names a ConfigMap or Secret; `holder[field]` is the name. */
export interface PodReference {
  kind: ConfigurationKind;
  holder: JsonMap;
  field: string;
  name: string;
}

// https://github.com/kubernetes/kubernetes/blob/v1.34.0/pkg/api/v1/pod/util.go (VisitPodSecretNames, VisitPodConfigmapNames)
const volumeSecrets: readonly (readonly [string, string])[] = [
  ['azureFile', 'secretName'],
  ['cephfs.secretRef', 'name'],
  ['cinder.secretRef', 'name'],
  ['flexVolume.secretRef', 'name'],
  ['rbd.secretRef', 'name'],
  ['secret', 'secretName'],
  ['scaleIO.secretRef', 'name'],
  ['iscsi.secretRef', 'name'],
  ['storageos.secretRef', 'name'],
  ['csi.nodePublishSecretRef', 'name'],
];

/** Every place of an object's pod spec that names a ConfigMap or Secret; empty for one that makes no pods. */
export function podReferences(object: KubernetesObject): PodReference[] {
  const path = podTemplatePath(object);
  const spec = path === undefined ? undefined : asMap(at(object, ...path, 'spec'));
  return spec === undefined ? [] : specReferences(spec);
}

function specReferences(spec: JsonMap): PodReference[] {
  const found: PodReference[] = [];
  const add = (kind: ConfigurationKind, holder: unknown, field: string): void => {
    const map = asMap(holder);
    const name = map?.[field];
    if (map !== undefined && typeof name === 'string' && name !== '')
      found.push({ kind, holder: map, field, name });
  };
  for (const secret of asList(spec['imagePullSecrets'])) add('Secret', secret, 'name');
  for (const list of ['containers', 'initContainers', 'ephemeralContainers']) {
    for (const container of asList(spec[list])) {
      for (const variable of asList(at(container, 'env'))) {
        add('ConfigMap', at(variable, 'valueFrom', 'configMapKeyRef'), 'name');
        add('Secret', at(variable, 'valueFrom', 'secretKeyRef'), 'name');
      }
      for (const source of asList(at(container, 'envFrom'))) {
        add('ConfigMap', at(source, 'configMapRef'), 'name');
        add('Secret', at(source, 'secretRef'), 'name');
      }
    }
  }
  for (const volume of asList(spec['volumes'])) {
    add('ConfigMap', at(volume, 'configMap'), 'name');
    for (const [path, field] of volumeSecrets) add('Secret', at(volume, ...path.split('.')), field);
    for (const source of asList(at(volume, 'projected', 'sources'))) {
      add('ConfigMap', at(source, 'configMap'), 'name');
      add('Secret', at(source, 'secret'), 'name');
    }
  }
  return found;
}

/** Texts of containers that a program may take a name from: env values, command and args. */
export function containerTexts(object: KubernetesObject): string[] {
  const path = podTemplatePath(object);
  const spec = path === undefined ? undefined : at(object, ...path, 'spec');
  const texts: unknown[] = [];
  for (const list of ['containers', 'initContainers']) {
    for (const container of asList(at(spec, list))) {
      for (const variable of asList(at(container, 'env'))) texts.push(at(variable, 'value'));
      for (const field of ['command', 'args']) texts.push(...asList(at(container, field)));
    }
  }
  return texts.filter((text): text is string => typeof text === 'string' && text !== '');
}
