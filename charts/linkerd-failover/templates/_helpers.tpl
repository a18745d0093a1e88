{{/* The tag of the operator's image. */}}
{{- define "linkerd-failover.tag" -}}
{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* The operator's image: registry/name:tag@digest. */}}
{{- define "linkerd-failover.image" -}}
{{ with .Values.image.registry }}{{ . }}/{{ end }}{{ .Values.image.name }}:{{ include "linkerd-failover.tag" . }}
{{- with .Values.image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* The version label: the tag, cut to what a label may hold. */}}
{{- define "linkerd-failover.version" -}}
{{ regexReplaceAll "[-_.]+$" (include "linkerd-failover.tag" . | trunc 63) "" }}
{{- end }}

{{/* The label that finds the operator's Pods. A Deployment's selector cannot change: the original had this one. */}}
{{- define "linkerd-failover.selectorLabels" -}}
linkerd.io/extension: failover
{{- end }}

{{/* The labels that all objects carry, as a map. The user's own come first, so that they cannot hide ours. */}}
{{- define "linkerd-failover.labels" -}}
{{- $own := dict
  "linkerd.io/extension" "failover"
  "app.kubernetes.io/name" "linkerd-failover"
  "app.kubernetes.io/part-of" "Linkerd"
  "app.kubernetes.io/version" (include "linkerd-failover.version" .)
}}
{{- mustMergeOverwrite (dict) .Values.commonLabels $own | toYaml }}
{{- end }}

{{/* The labels of the Pod that labels the namespace. It must not carry the operator's selector label. */}}
{{- define "linkerd-failover.hookPodLabels" -}}
app.kubernetes.io/name: namespace-metadata
app.kubernetes.io/part-of: linkerd-failover
{{- end }}

{{/* The labels of the objects that label the namespace. */}}
{{- define "linkerd-failover.hookLabels" -}}
{{- $own := dict
  "linkerd.io/extension" "failover"
  "app.kubernetes.io/name" "namespace-metadata"
  "app.kubernetes.io/part-of" "linkerd-failover"
  "app.kubernetes.io/version" (include "linkerd-failover.version" .)
}}
{{- mustMergeOverwrite (dict) .Values.commonLabels $own | toYaml }}
{{- end }}

{{/* Annotations of an object that has its own, as a map: `root`, `own`. The user's come first, so that they cannot hide ours. */}}
{{- define "linkerd-failover.annotations" -}}
{{ mustMergeOverwrite (dict) .root.Values.commonAnnotations .own | toYaml }}
{{- end }}

{{/* What makes an object part of the hook, and ends it with the hook: `root`, `weight`, and `own` where it has more. */}}
{{- define "linkerd-failover.hookAnnotations" -}}
{{- $hook := dict
  "helm.sh/hook" "post-install"
  "helm.sh/hook-weight" .weight
  "helm.sh/hook-delete-policy" "before-hook-creation,hook-succeeded"
}}
{{- include "linkerd-failover.annotations" (dict "root" .root "own" (mustMergeOverwrite $hook (.own | default dict))) }}
{{- end }}

{{/* imagePullSecrets of a ServiceAccount. */}}
{{- define "linkerd-failover.pullSecrets" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Where the Pods go: the user's own rule, or as far apart as is possible. */}}
{{- define "linkerd-failover.topologySpreadConstraints" -}}
{{- if .Values.topologySpreadConstraints }}
{{- toYaml .Values.topologySpreadConstraints }}
{{- else if gt (int .Values.replicas) 1 }}
{{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
- maxSkew: 1
  topologyKey: {{ . }}
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "linkerd-failover.selectorLabels" $ | nindent 6 }}
  matchLabelKeys:
    - pod-template-hash
{{- end }}
{{- end }}
{{- end }}

{{/* What Pod Security `restricted` asks of a container, and a root file system that nobody writes. */}}
{{- define "linkerd-failover.containerSecurity" -}}
allowPrivilegeEscalation: false
capabilities:
  drop:
    - ALL
privileged: false
readOnlyRootFilesystem: true
runAsGroup: 65532
runAsNonRoot: true
runAsUser: 65532
{{- end }}

{{/* The file that --notifications names. JSON, so that the command line writes the same and has the same checksum. */}}
{{- define "linkerd-failover.notifications" -}}
{{ dict "receivers" .Values.notifications.receivers | toRawJson }}
{{- end }}
