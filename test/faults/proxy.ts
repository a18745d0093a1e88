/** A TCP proxy in a process of its own, so that a test can freeze it: `node proxy.ts PORT TARGET_PORT`. */
import { connect, createServer } from 'node:net'

const [port, target] = process.argv.slice(2).map(Number)

createServer((client) => {
  const server = connect(target ?? 0, '127.0.0.1')
  client.pipe(server).pipe(client)
  client.on('error', () => server.destroy())
  server.on('error', () => client.destroy())
}).listen(port, '127.0.0.1')
