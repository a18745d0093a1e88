import type { Status } from '../live/api.ts'
import type { Connection } from '../live/connection.ts'
import { roleWords } from '../model/lead.ts'
import type { Place } from '../model/place.ts'
import { ConnectionBadge } from './connection-bar.tsx'

interface HeaderProps {
  readonly place: Place
  readonly status: Status | undefined
  readonly connection: Connection
  readonly now: number
  readonly isDemo: boolean
}

const tabs = [
  { href: '#/', text: 'Routes', views: ['routes', 'route'] },
  { href: '#/timeline', text: 'Timeline', views: ['timeline'] },
  { href: '#/operator', text: 'Operator', views: ['operator'] },
]

export function Header({ place, status, connection, now, isDemo }: HeaderProps) {
  return (
    <header class="top">
      <a class="product" href="#/">
        <Logo />
        <span>linkerd-failover</span>
        {isDemo && <span class="tag">demo</span>}
      </a>
      <nav aria-label="Views">
        {tabs.map(({ href, text, views }) => (
          <a key={href} href={href} aria-current={views.includes(place.view) ? 'page' : undefined}>
            {text}
          </a>
        ))}
      </nav>
      <a class={`sync ${warnsOf(status) ? 'warns' : ''}`} href="#/operator">
        {syncWords(status)}
      </a>
      <ConnectionBadge connection={connection} now={now} />
    </header>
  )
}

const warnsOf = (status: Status | undefined) => status !== undefined && !status.ready

/** Whether this replica writes, and whether its watches are complete, in three words. */
function syncWords(status: Status | undefined): string {
  if (!status) return '\u00a0'
  return `${roleWords(status)} · ${status.ready ? 'synced' : 'not synced'}`
}

/** A line that splits into two, as traffic does. */
const Logo = () => (
  <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true" class="logo">
    <path d="M3 16h7c5 0 5-8 11-8h7M24 4l4 4-4 4" />
    <path d="M13 19.5c2.500 2.500 4 4.500 8 4.500h7M24 20l4 4-4 4" class="other" />
  </svg>
)
