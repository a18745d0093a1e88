import { type Agent, type ClientRequest, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { Duplex } from 'node:stream'
import { urlToHttpOptions } from 'node:url'
import { hostPort } from '../../base/host-port.ts'

/**
 * Makes an agent open its connections through a tunnel of an HTTP proxy (`CONNECT`). Source: RFC 9110, 9.3.6.
 */
export function throughProxy(agent: Agent, proxy: URL, isSecure: boolean): Agent {
  const connect = agent.createConnection.bind(agent)
  agent.createConnection = (options, callback) => {
    const target = hostPort(options.host ?? '', Number(options.port))
    const tunnel = askFor(target, proxy)
    tunnel.once('error', (problem) => callback?.(problem, new Duplex()))
    tunnel.once('connect', ({ statusCode }, socket) => {
      const within = isSecure ? () => connect(Object.assign({}, options, { socket })) : () => socket
      const opened = statusCode === 200 ? within() : undefined
      if (opened) return callback?.(null, opened)
      const problem = `the proxy ${proxy.host} answered CONNECT ${target} with ${statusCode}`
      callback?.(new Error(problem), socket.destroy())
    })
    tunnel.end()
    return undefined
  }
  return agent
}

function askFor(target: string, proxy: URL): ClientRequest {
  const { auth, ...address } = urlToHttpOptions(proxy)
  const password = auth ? { 'proxy-authorization': `Basic ${Buffer.from(auth).toString('base64')}` } : {}
  const request = proxy.protocol === 'https:' ? httpsRequest : httpRequest
  const headers = { host: target, ...password }
  return request({ ...address, method: 'CONNECT', path: target, headers, agent: false })
}
