/** What Pod Security `restricted` asks of a Pod. The rest is in each container, so that Linkerd's may have their own. */
export const podSecurity = { seccompProfile: { type: 'RuntimeDefault' } } as const

/** A user without a name, a root file system that nobody writes, and no capability. */
export const containerSecurity = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  privileged: false,
  readOnlyRootFilesystem: true,
  runAsGroup: 65532,
  runAsNonRoot: true,
  runAsUser: 65532,
}

/** kube-score wants `Always`. That would keep the operator from starting while the registry is down. */
export const scoreAnnotations = { 'kube-score/ignore': 'container-image-pull-policy' }
