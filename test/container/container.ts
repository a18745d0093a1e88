import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { type Image, serviceAccount } from './image.ts'

/** What a kubelet adds to an image. */
export interface PodOptions {
  /** The folder with `token` and `ca.crt`. */
  readonly serviceAccount: string
  /** The API server's address, of which a Pod is told host and port. */
  readonly server: string
  readonly args: readonly string[]
  /** Further folders of this machine, by where the container finds them. */
  readonly volumes?: Readonly<Record<string, string>>
}

/**
 * A mount namespace of its own, in which the image is the root, read-only, with `/proc` and the volumes; then the
 * image's user without any capability, and no way to get one. Each step replaces the last (`exec`), so the process
 * that was started is the operator in the end.
 */
const script = `set -eu
root=$1 user=$2; shift 2
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
while [ "$1" != -- ]; do
  mount --bind "$1" "$root$2"
  mount -o remount,bind,ro "$root$2"
  shift 2
done
shift
mount -o remount,bind,ro "$root"
exec setpriv --no-new-privs chroot --userspec="$user" --groups= "$root" "$@"`

/**
 * Starts the image as a cluster with the Pod Security profile "restricted" would. Needs root, util-linux and
 * coreutils, as every Debian has; the network is this machine's.
 */
export function startContainer(image: Image, pod: PodOptions): ChildProcessByStdio<null, Readable, Readable> {
  if (process.getuid?.() !== 0) throw new Error('only root may make a mount namespace: run this as root')
  const { hostname, port } = new URL(pod.server)
  const environment = Object.fromEntries(image.environment.map((it) => it.split(/=(.*)/s, 2)))
  const volumes = { [serviceAccount]: pod.serviceAccount, ...pod.volumes }
  for (const path of Object.keys(volumes)) mkdirSync(join(image.folder, path), { recursive: true })
  const mounts = Object.entries(volumes).flatMap(([path, folder]) => [folder, path])
  const shell = ['sh', '-c', script, 'sh', image.folder, image.user, ...mounts, '--']
  return spawn('unshare', ['--mount', ...shell, ...image.entrypoint, ...pod.args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...environment,
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
    },
  })
}
