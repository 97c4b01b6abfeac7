import { createConnection } from 'mysql2/promise'

/** Asks a server one thing, on a connection of its own. Throws the driver's error. */
export async function ask<Row = Record<string, unknown>>(url: string, text: string): Promise<Row[]> {
  const connection = await createConnection({ uri: url, connectTimeout: 2_000 })
  try {
    const [rows] = await connection.query(text)
    return rows as Row[]
  } finally {
    connection.destroy()
  }
}
