import { err, ok, type Result } from '../../base/result.ts'

/**
 * The URL of an API server, without a slash at its end. `HOST:PORT` alone means https if anything of TLS is
 * configured, else http. The error goes on with the name of what the text is, and
 * shows no part of it. Source: client-go, `rest.DefaultServerURL`.
 */
export function readServer(text: string, hasTls: boolean): Result<string, string> {
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
  const url = parse(hasScheme ? text : `${hasTls ? 'https' : 'http'}://${text}`)
  if (!url || !isWeb(url) || url.hostname === '' || url.search !== '' || url.hash !== '' || hasPassword(url))
    return err('is not a URL, https://HOST:PORT')
  if (!hasScheme && url.pathname !== '/')
    return err('is not a URL: it has a path, but no https:// before its host')
  return ok(`${url.origin}${url.pathname}`.replace(/\/+$/, ''))
}

/** The URL of a proxy; none if the text is empty. The error is as that of `readServer`. */
export function readProxy(text: string | null | undefined): Result<string | undefined, string> {
  if (text === undefined || text === null || text === '') return ok(undefined)
  const url = parse(text)
  if (!url || !isWeb(url))
    return err('is not a URL of http or https; other kinds of proxies are not supported')
  return ok(text)
}

const isWeb = ({ protocol }: URL): boolean => protocol === 'http:' || protocol === 'https:'

const hasPassword = ({ username, password }: URL): boolean => username !== '' || password !== ''

const parse = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined)
