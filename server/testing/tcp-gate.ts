import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Transform } from 'node:stream'

/** Everything as it comes, so much later. */
function later(ms: number): Transform {
  return new Transform({
    transform(chunk, _encoding, done) {
      setTimeout(() => this.push(chunk), ms)
      done()
    },
    flush: (done) => void setTimeout(done, ms),
  })
}

/** A door in front of a TCP server. Shut, it refuses newcomers and cuts off who is inside, as a server that died.
 *  `answerDelayMs`: by so much an answer comes later, as from a server that is far away. */
export async function openTcpGate(target: { host: string; port: number }, { answerDelayMs = 0 } = {}) {
  const sockets = new Set<Socket>()
  let isOpen = true
  let isSilent = false
  let asked = 0
  const server = createServer({ pauseOnConnect: true }, (inside) => {
    if (!isOpen) return inside.destroy()
    // Held, so that it can be closed in the end.
    if (isSilent) return void sockets.add(inside)
    inside.resume()
    const outside = connect(target)
    for (const [from, to] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
    inside.on('data', () => {
      asked++
    })
    inside.pipe(outside)
    if (answerDelayMs === 0) outside.pipe(inside)
    else outside.pipe(later(answerDelayMs)).pipe(inside)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const shut = (): void => {
    isOpen = false
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port, // it listens on TCP
    shut,
    /** How often something was sent in so far: with a protocol that waits for each answer, how many questions. */
    asked: (): number => asked,
    /** Answers nothing more and says nothing about it, as a host whose power is cut. */
    fallSilent: (): void => {
      isSilent = true
      for (const socket of sockets) socket.unpipe().pause()
    },
    open: (): void => {
      isOpen = true
      isSilent = false
    },
    close: async (): Promise<void> => {
      shut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
