import type { AskedTier, AskedTiers, NamedMember } from '../../core/policy/sections.ts'
import { quoted } from './quoted.ts'

const mostTiers = 8
/** That of the Gateway API; a kind that carries less says so when it resolves the names. */
const largestWeight = 1_000_000
const member = /^([^=\s]+?)(?:\s*=\s*(\d{1,7}))?$/

/** Reads `web=70,web-east=30; web-west; *`: `;` between tiers, `,` in one, `*` for the rest. */
export function parseTiers(text: string): AskedTiers {
  const written = text.split(';').map((tier) => tier.trim())
  if (written.length > mostTiers)
    return { problem: `it has ${written.length} tiers; ${mostTiers} are the most` }
  const tiers: AskedTier[] = []
  for (const [index, tier] of written.entries()) {
    const isLast = index === written.length - 1
    if (tier === '*' && isLast) {
      tiers.push('rest')
      continue
    }
    const backends = parseTier(tier)
    if (typeof backends === 'string') return { problem: `its tier ${index + 1} ${backends}` }
    tiers.push({ backends })
  }
  return { tiers }
}

function parseTier(text: string): readonly NamedMember[] | string {
  if (text === '') return 'is empty; name a backend, or remove the semicolon'
  const members: NamedMember[] = []
  for (const entry of text.split(',')) {
    const [, name, digits] = member.exec(entry.trim()) ?? []
    if (name === undefined) return `has ${quoted(entry.trim())}; write name or name=weight`
    if (name === '*') return 'has "*", which stands for the rest; make it a tier of its own, the last one'
    const weight = digits === undefined ? undefined : Number(digits)
    if (weight !== undefined && weight > largestWeight)
      return `has the weight ${digits}; ${largestWeight} is the most`
    members.push({ name, weight })
  }
  return members
}
