import * as z from 'zod'
import { bad, type Check, good, skipped, warning } from '../finding.ts'

/** The oldest Kubernetes that the chart installs on. */
const minimum = { major: 1, minor: 22 }

const versionSchema = z.object({ major: z.string(), minor: z.string(), gitVersion: z.string() })

/** This check and the next are worded like the first checks of `linkerd check`. */
export const hasClient: Check = {
  id: 'client',
  description: 'can initialize the client',
  meaning:
    'Nothing else can be checked. Fix the kubeconfig, or choose another one with `--kubeconfig` or `--context`.',
  fatal: true,
  run: async (context) => {
    const reading = await context.reading()
    return reading.ok ? good : bad(`${reading.error.message}; ${reading.error.hint}`)
  },
}

export const canQuery: Check = {
  id: 'api',
  description: 'can query the Kubernetes API',
  meaning: 'Nothing else can be checked. Fix the connection to the API server, or your credentials.',
  retry: true,
  fatal: true,
  run: async (context) => {
    const reading = await context.reading()
    if (!reading.ok) return skipped
    const answer = await reading.value.transport.request({ method: 'GET', path: '/version' })
    return answer.ok ? good : bad(answer.error.message)
  },
}

export const isNewEnough: Check = {
  id: 'kubernetes-version',
  description: 'is running a supported version of Kubernetes',
  meaning: `Kubernetes ${minimum.major}.${minimum.minor} or newer is required: older versions do not serve what the operator reads.`,
  run: async (context) => {
    const reading = await context.reading()
    if (!reading.ok) return skipped
    const answer = await reading.value.transport.request({ method: 'GET', path: '/version' })
    const version = answer.ok ? versionSchema.safeParse(answer.value).data : undefined
    if (!version) return warning('the API server did not report its version')
    const [major, minor] = [Number.parseInt(version.major, 10), Number.parseInt(version.minor, 10)]
    const isOld = major < minimum.major || (major === minimum.major && minor < minimum.minor)
    if (!isOld) return good
    return bad(
      `the cluster runs ${version.gitVersion}; ${minimum.major}.${minimum.minor} or newer is required`,
    )
  },
}
