import { expect, test } from 'vitest';
import { deployBench, webDeployment } from './deploy-bench.ts';

const configMap = (value: string): string => `apiVersion: v1
kind: ConfigMap
metadata: {name: web-config}
data: {greeting: ${value}}
`;
const usesConfig = `          envFrom:
            - configMapRef: {name: web-config}
`;
const service = `apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80}]
`;

test('deploys a first release and ends when its pods are ready', async () => {
  const bench = await deployBench();
  const run = await bench.deploy([configMap('hello'), service, webDeployment({ replicas: 2, container: usesConfig })].join('---\n'));
  expect(run.verdict).toBe('succeeded');
});
