/**
 * A stand-in for the chart of the original: its objects by name, label and selector, and its values. Written for
 * this test after its documentation; what the objects do is not in it.
 */
const rbac = 'rbac.authorization.k8s.io'

const object = (apiVersion: string, kind: string, rest: string, metadata = '') => `apiVersion: ${apiVersion}
kind: ${kind}
metadata:
  name: linkerd-failover
  labels:
    linkerd.io/extension: failover
${metadata}${rest}`

const deployment = object(
  'apps/v1',
  'Deployment',
  `spec:
  replicas: 1
  selector:
    matchLabels:
      linkerd.io/extension: failover
  template:
    metadata:
      labels:
        linkerd.io/extension: failover
      annotations:
        linkerd.io/inject: enabled
    spec:
      serviceAccountName: linkerd-failover
      containers:
        - name: linkerd-failover
          image: {{ .Values.image.registry }}/{{ .Values.image.name }}:{{ .Values.image.tag }}
          args:
            - --log-level={{ .Values.logLevel }}
            - --log-format={{ .Values.logFormat }}
            - --selector={{ .Values.selector | default (printf "failover.linkerd.io/controlled-by=%s" .Release.Name) }}
`,
  `    app.kubernetes.io/name: linkerd-failover
    app.kubernetes.io/part-of: Linkerd
    app.kubernetes.io/version: {{ .Values.image.tag }}
  annotations:
    config.linkerd.io/proxy-await: enabled
`,
)

const role = object(
  `${rbac}/v1`,
  'ClusterRole',
  `rules:
  - apiGroups: [split.smi-spec.io]
    resources: [trafficsplits]
    verbs: [list, get, watch, patch]
  - apiGroups: [""]
    resources: [endpoints]
    verbs: [list, get, watch]
  - apiGroups: [events.k8s.io]
    resources: [events]
    verbs: [create]
`,
)

const binding = object(
  `${rbac}/v1`,
  'ClusterRoleBinding',
  `roleRef:
  apiGroup: ${rbac}
  kind: ClusterRole
  name: linkerd-failover
subjects:
  - kind: ServiceAccount
    name: linkerd-failover
    namespace: {{ .Release.Namespace }}
`,
)

/** The files of the chart, by path. */
export const original: Readonly<Record<string, string>> = {
  'Chart.yaml': 'apiVersion: v2\nname: linkerd-failover\nversion: 0.1.3\nappVersion: 0.1.3\n',
  'values.yaml': `linkerdNamespace: linkerd
logLevel: linkerd=info,warn
logFormat: plain
image:
  registry: registry.test/linkerd
  name: failover
  tag: 0.1.3
imagePullSecrets: []
selector:
namespaceMetadata:
  image:
    registry: registry.test/linkerd
    name: extension-init
    tag: v0.1.0
    pullPolicy: IfNotPresent
`,
  'templates/deployment.yaml': deployment,
  'templates/rbac.yaml': [object('v1', 'ServiceAccount', ''), role, binding].join('---\n'),
}
