/**
 * A TCP proxy in a process of its own, so that a test can freeze it: `node proxy.ts PORT TARGET_PORT`. SIGUSR2 makes
 * it slow, the next one quick again: what the client sends then takes two seconds, while answers and watch events
 * pass as before.
 */
import { connect, createServer } from 'node:net'
import { Transform } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'

const [port, target] = process.argv.slice(2).map(Number)
/** The operator still gets its lease renewed: two such ways, a new connection and a request, are less than 5 s. */
const slowMs = 2100
let isSlow = false
process.on('SIGUSR2', () => {
  isSlow = !isSlow
})

/** None overtakes another, and those that come together arrive together. */
function lane(): Transform {
  let before = Promise.resolve()
  const way = new Transform({
    transform: (piece, _, taken) => {
      const arrived = isSlow ? delay(slowMs) : Promise.resolve()
      before = Promise.all([before, arrived]).then(() => void way.push(piece))
      taken()
    },
    flush: (ended) => void before.then(() => ended()),
  })
  return way
}

createServer((client) => {
  const server = connect(target ?? 0, '127.0.0.1')
  client.pipe(lane()).pipe(server).pipe(client)
  client.on('error', () => server.destroy())
  server.on('error', () => client.destroy())
}).listen(port, '127.0.0.1')
