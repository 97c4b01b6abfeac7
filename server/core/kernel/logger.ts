import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino'

export type { Logger } from 'pino'

/** The second net: our code never logs these, a library might. */
const SECRET_PATHS = [
  'access_token',
  'corpsecret',
  'secret',
  'password',
  'phone',
  'mobile',
  'text',
  'content',
  'cookie',
  'authorization',
  'config',
  'request',
  'response',
]

/** `destination`: default the standard output. Its reader may go away; the server goes on without a log. */
export function createLogger(options: { level: string; destination?: DestinationStream }): Logger {
  const redact = [...SECRET_PATHS, ...SECRET_PATHS.map((path) => `*.${path}`), 'req.headers', 'req.url', 'err.config']
  const settings: LoggerOptions = { level: options.level, redact: { paths: redact, censor: '***' }, base: null }
  return pino(settings, options.destination ?? standardOutput())
}

/** Not pino's own, which repeats a write to a closed pipe for ever. */
function standardOutput(): DestinationStream {
  let gone = false
  process.stdout.on('error', () => {
    gone = true
  })
  return {
    write: (line) => {
      if (!gone) process.stdout.write(line)
    },
  }
}
