import type { Random } from '../engine/random.ts'
import type { Stage } from '../story/draw.ts'
import { placeOf } from '../story/route-owners.ts'
import type { Export, Step } from '../story/step.ts'
import { federatedOf, mirrorOf } from './mirror-objects.ts'

const firstExports: readonly Export[] = [
  'gateway',
  'headless',
  'discovery',
  'discovery',
  'federated',
  'federated',
]

/** The same cluster, linked with another one: routes can name the Services that come from there. */
export function linkStage(stage: Stage, random: Random): Stage {
  const services = ['web', ...random.some(['api', 'cart', 'depot/web'], 0.4)]
  const opening: Step[] = [
    { do: 'secret', is: 'good', at: random.between(0, 500) },
    { do: 'link', on: true, at: random.between(0, 500) },
    ...services.map((service): Step => {
      const as = random.pick(firstExports)
      return { do: 'export', service, as, at: random.between(0, 300) }
    }),
  ]
  const far = new Map<string, string>()
  for (const service of services) {
    const [, name] = placeOf(service)
    const beside = (other: string) => service.replace(name, other)
    far.set(beside(mirrorOf(name)), service)
    if (random.chance(0.6)) far.set(beside(federatedOf(name)), service)
    if (random.chance(0.2)) far.set(beside(mirrorOf(`${name}-0`)), service)
  }
  const all = [...stage.services.slice(0, 3), ...far.keys()]
  const mirrored = stage.mirrored.filter((service) => all.includes(service))
  return { ...stage, services: all, mirrored, far, opening }
}
