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

export function createLogger(options: { level: string; destination?: DestinationStream }): Logger {
  const redact = [...SECRET_PATHS, ...SECRET_PATHS.map((path) => `*.${path}`), 'req.headers', 'req.url', 'err.config']
  const settings: LoggerOptions = { level: options.level, redact: { paths: redact, censor: '***' }, base: null }
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination)
}
