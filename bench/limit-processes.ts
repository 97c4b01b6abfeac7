import { createPool } from 'mysql2/promise'

/** The limit program: as many questions as the servers asked, through the same door, each answered before the next of its
 *  connection, and nothing thought about. argv: database URL, questions, connections. Prints the seconds, as JSON. */
const [url = '', questions = '0', connections = '1'] = process.argv.slice(2)
const pool = createPool({ uri: url, connectionLimit: Number(connections) })
let left = Number(questions)
async function askAll(): Promise<void> {
  const connection = await pool.getConnection()
  while (left-- > 0) await connection.query('DO 1')
  connection.release()
}
const began = performance.now()
await Promise.all(Array.from({ length: Number(connections) }, askAll))
const seconds = (performance.now() - began) / 1000
await pool.end()
process.stdout.write(`${JSON.stringify({ seconds })}\n`)
