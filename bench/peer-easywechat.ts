import express from 'express'
import mysql from 'mysql2/promise'
// By file: its index asks for one that today's node-socialite has no more.
import ServerRequest from 'node-easywechat/dist/Core/Http/ServerRequest.js'
import Work from 'node-easywechat/dist/Work/Application.js'
import { credentials } from '../sandbox/credentials.ts'

/** What a Node user would write first: node-easywechat in Express, an application for each request as its manual has it, the
 *  message given to a handler that keeps a row of it in MySQL (PEER_DATABASE_URL), or nothing. A callback that comes twice is
 *  kept twice, and nothing follows from it. */
const url = process.env.PEER_DATABASE_URL ?? ''
const pool = url === '' ? undefined : mysql.createPool({ uri: url, connectionLimit: 10 })
await pool?.query(
  'CREATE TABLE callback (id BIGINT AUTO_INCREMENT PRIMARY KEY, event VARCHAR(64) NOT NULL, message JSON NOT NULL, at DATETIME(3) NOT NULL)',
)
const app = express()
app.post('/wecom/callback', async (request, response) => {
  const work = new Work({
    corp_id: credentials.corpId,
    secret: credentials.secret,
    token: credentials.callbackToken,
    aes_key: credentials.aesKey,
  })
  work.setRequest(await ServerRequest.createFromIncomingMessage(request))
  const server = work.getServer()
  server.with(async (message, next) => {
    const event = message.toObject()
    await pool?.query('INSERT INTO callback (event, message, at) VALUES (?, ?, NOW(3))', [
      String(event.ChangeType),
      JSON.stringify(event),
    ])
    return next?.(message)
  })
  const answer = await server.serve()
  response.status(answer.getStatusCode()).set(answer.getHeaders()).send(answer.getBody().toString())
})
const listener = app.listen(0, '127.0.0.1', () => {
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  process.stdout.write(`listening http://127.0.0.1:${address.port}\n`)
})
process.on('SIGTERM', () => process.exit(0))
