import type { Log } from '../../base/log.ts'

/** Answers with a function that takes whether `name` is served now, and logs it where that is news. */
export function tellPresence(name: string, log: Log): (served: boolean) => void {
  let absent = false
  return (served) => {
    if (served === !absent) return
    absent = !served
    const message = served
      ? `the cluster serves ${name} now`
      : `the cluster does not serve ${name}: it is followed once its CRD is installed`
    log.info({ watch: name }, message)
  }
}
