import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Metrics of real destination controllers on a real API server. `subscribed` to `started-while-away` are of
 * Linkerd's edge of 2026-08 (2.20), the others of 2023-05 (2.13). Services of namespace `shop`: `web` (2
 * Pods), `cart` (1), `empty`, `api-target` (remote discovery of `api` in cluster `target`) and
 * `cart-federated`. Metrics of the process itself, but for its start, were left out.
 */
export type Recorded =
  /** Proxies have just asked for all of them; nothing has changed since. */
  | 'subscribed'
  /**
   * A Pod of each but `empty` was unready for a while; in `target` one Pod each still is: 2 of `api`, 1 of
   * `cart`.
   */
  | 'changed'
  /** After that `web` was deleted and created again at once; its new slice has both Pods. */
  | 'recreated'
  /** Another replica, which started while the API server of `target` was down; that is back since 15 s. */
  | 'started-while-away'
  | 'linkerd-2.13-subscribed'
  | 'linkerd-2.13-recreated'

export const recorded = (name: Recorded): string =>
  readFileSync(join(import.meta.dirname, `${name}.txt`), 'utf8')
