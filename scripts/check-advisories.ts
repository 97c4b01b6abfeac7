import { spawnSync } from 'node:child_process'
import { judgeAudit } from './lib/judge-audit.ts'

/** `npm run check:advisories`: known faults, high or worse, of the packages that run in production. A registry that does not
 *  tell of any fails nothing, but it is said: then nobody has looked. */
const WITHIN_MS = 60_000
const { stdout, error } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  timeout: WITHIN_MS,
  maxBuffer: 64 * 1024 * 1024,
})
const { isGood, lines } = judgeAudit(error === undefined ? stdout : '')
for (const line of lines) console.log(line)
process.exitCode = isGood ? 0 : 1
