const removed = '(removed)'

/** Patterns of secrets, anywhere in a text. */
const secrets: readonly RegExp[] = [
  // JSON Web Tokens, such as those of ServiceAccounts.
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /(?<=\bbearer\s+)[^\s"']+/gi,
  /(?<=\bauthorization\W+basic\s+)[^\s"']+/gi,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // Credentials in a URL.
  /(?<=:\/\/)[^\s/@:]+:[^\s/@]+(?=@)/g,
]

/** A text without what looks like a secret. */
export const redactText = (text: string): string =>
  secrets.reduce((clean, pattern) => clean.replaceAll(pattern, removed), text)

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

/**
 * An object as it may be shown to strangers: values of environment variables are taken out, with all that
 * looks like a secret, and with what only repeats the object.
 */
export function redact(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value)
  if (Array.isArray(value)) return value.map(redact)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .filter(([key]) => key !== 'managedFields' && key !== lastApplied)
    .map(([key, inner]) => [key, key === 'env' ? redactEnv(inner) : redact(inner)])
  return Object.fromEntries(entries)
}

/** The variables of a container: their names, and that they have a value. */
function redactEnv(env: unknown): unknown {
  if (!Array.isArray(env)) return removed
  return env.map((variable: unknown) => {
    if (typeof variable !== 'object' || variable === null) return removed
    return 'value' in variable ? { ...variable, value: removed } : variable
  })
}
