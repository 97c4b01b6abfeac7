import { connect, createServer, type Server, type Socket } from 'node:net'

/** A way to a MySQL server that can be cut off right behind a statement: it is carried out, and its answer never arrives. */
export interface MysqlKnife {
  port: number
  /** Asked of each statement as it passes; true cuts every connection once the server has carried it out. */
  cutAfter(decide: (statement: string) => boolean): void
  close(): Promise<void>
}

const COM_QUERY = 3

/** Calls `told` with the text of each statement that a client sends. */
function createReader(told: (statement: string) => void): (chunk: Buffer) => void {
  let kept: Buffer = Buffer.alloc(0)
  return (chunk) => {
    kept = Buffer.concat([kept, chunk])
    while (kept.length >= 4) {
      const length = kept.readUIntLE(0, 3)
      if (kept.length < 4 + length) return
      // What begins an exchange has the number 0.
      if (kept[3] === 0 && kept[4] === COM_QUERY) told(kept.toString('utf8', 5, 4 + length))
      kept = kept.subarray(4 + length)
    }
  }
}

export async function openMysqlKnife(target: { host: string; port: number }): Promise<MysqlKnife> {
  let decide: (statement: string) => boolean = () => false
  const sockets = new Set<Socket>()
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const server: Server = createServer((client) => {
    const upstream = connect(target)
    let isCut = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    const read = createReader((statement) => {
      isCut ||= decide(statement)
    })
    client.on('data', (chunk) => {
      read(chunk)
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (isCut) cutAll()
      else client.write(chunk)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cutAfter: (next) => {
      decide = next
    },
    close: async () => {
      cutAll()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
