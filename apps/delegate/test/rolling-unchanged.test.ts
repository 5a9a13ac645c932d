import { expect, test } from 'vitest';
import { deployBench } from './deploy-bench.ts';

// One of each of the things that servers complete, sort or rewrite in what was sent.
const rich = `apiVersion: v1
kind: ServiceAccount
metadata: {name: web}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: web}
rules:
  - {apiGroups: [""], resources: [configmaps], verbs: [get, list]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
subjects: [{kind: ServiceAccount, name: web}]
---
apiVersion: v1
kind: Secret
metadata: {name: credentials}
stringData: {password: hunter2, empty: ""}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, annotations: {note: "yes"}}
data: {"app.yaml": "a: 1\\nb: 2\\n"}
binaryData: {blob: aGVsbG8=}
---
apiVersion: v1
kind: Service
metadata: {name: web, labels: {app: web}}
spec:
  selector: {app: web}
  ports:
    - {name: http, port: 80, targetPort: http}
    - {name: metrics, port: 9090, protocol: TCP}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  rules:
    - host: web.example
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {minAvailable: 50%, selector: {matchLabels: {app: web}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{ports: [{port: 80}]}]}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: tidy}
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec: {restartPolicy: OnFailure, containers: [{name: tidy, image: "registry.example/tidy:1"}]}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: plenty}
spec: {hard: {pods: "100", count/secrets: "1000"}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      securityContext: {runAsNonRoot: true, fsGroup: 1000}
      nodeSelector: {kubernetes.io/os: linux}
      tolerations: [{key: dedicated, operator: Exists}]
      topologySpreadConstraints:
        - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: web}}}
      initContainers: [{name: init, image: "registry.example/init:1", command: [sh, -c, "true"]}]
      containers:
        - name: web
          image: registry.example/web:1
          args: [--port, "8080"]
          ports: [{name: http, containerPort: 8080}, {name: metrics, containerPort: 9090, protocol: TCP}]
          env:
            - {name: PLAIN, value: text}
            - {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
            - {name: PASSWORD, valueFrom: {secretKeyRef: {name: credentials, key: password}}}
            - {name: CPU, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1m}}}
          envFrom: [{configMapRef: {name: settings, optional: true}}]
          resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: 1000m, memory: 0.5Gi}}
          readinessProbe: {httpGet: {path: /ready, port: http}, periodSeconds: 5}
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
          volumeMounts: [{name: data, mountPath: /data}, {name: settings, mountPath: /settings, readOnly: true}]
      volumes:
        - {name: data, emptyDir: {}}
        - {name: settings, projected: {sources: [{configMap: {name: settings}}, {secret: {name: credentials}}]}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 1
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers: [{name: db, image: "registry.example/db:1", volumeMounts: [{name: data, mountPath: /data}]}]
      volumes: [{name: data, emptyDir: {sizeLimit: 1024Mi}}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 1
  maxReplicas: 3
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]
`;

test('live objects prove by themselves that applying the same again would change nothing', async () => {
  const bench = await deployBench();
  const first = await bench.deploy(rich);
  expect(first.verdict).toBe('succeeded');
  // The first redeployment may settle replicas with their autoscaler; from then on no object needs a request.
  await bench.deploy(rich);
  const since = new Date();
  const run = await bench.deploy(rich);
  expect(run.verdict).toBe('succeeded');
  const asked = [
    ...(run.sections.get('Prepare')?.text ?? '').matchAll(/^(\w+) \| (\S+) \| .* \| configure$/gm),
  ].map(([, kind, name]) => `${kind} ${name}`);
  expect(asked).toEqual([]);
  const patches = await bench.cluster.auditEvents({ since, namespace: bench.namespace, verb: 'patch' });
  expect(
    patches.filter(({ resource, userAgent }) => userAgent === 'slipway-delegate' && resource !== 'secrets'),
  ).toEqual([]);
});
