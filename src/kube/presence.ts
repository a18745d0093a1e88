import type { Log } from '../log.ts'

/** Answers with a function that takes whether `name` is served now, and logs it where that is news. */
export function tellPresence(name: string, log: Log): (served: boolean) => void {
  let absent = false
  return (served) => {
    if (served === !absent) return
    absent = !served
    if (absent)
      log.warn({ watch: name }, `the cluster does not serve ${name}: waiting for its CRD to be installed`)
    else log.info({ watch: name }, `the cluster serves ${name} now`)
  }
}
