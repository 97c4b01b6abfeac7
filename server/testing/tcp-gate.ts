import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A door in front of a TCP server. Shut, it refuses newcomers and cuts off who is inside, as a server that died. */
export async function openTcpGate(target: { host: string; port: number }) {
  const sockets = new Set<Socket>()
  let isOpen = true
  let isSilent = false
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
      from.pipe(to)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const shut = (): void => {
    isOpen = false
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port, // it listens on TCP
    shut,
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
