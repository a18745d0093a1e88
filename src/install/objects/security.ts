/**
 * What Pod Security `restricted` requires of a Pod. The rest is in each container: Linkerd's have their
 * own.
 */
export const podSecurity = { seccompProfile: { type: 'RuntimeDefault' } } as const

/** An unprivileged user, a read-only root file system, and no capability. */
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
