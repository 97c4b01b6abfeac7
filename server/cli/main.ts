import { hostname, userInfo } from 'node:os'
import { mayHaveDatabase } from '../core/db/database-url.ts'
import type { Db } from '../core/db/db.ts'
import { systemClock } from '../core/kernel/clock.ts'
import { terminalText } from '../core/kernel/shown-name.ts'
import type { RoleGrant } from '../rules/schema/role-rules.ts'
import { readSomeSettings } from '../settings.ts'
import { ruleFolder } from './find/read-book.ts'
import type { Desk } from './frame/command.ts'
import { openDatabase } from './frame/open-database.ts'
import { operatorGrants } from './frame/operator-grants.ts'
import { runProgram } from './frame/run-program.ts'
import { PROGRAMS } from './programs.ts'

/** Who sits there: OPERATOR, or the account of the system. */
function operatorIn(env: Record<string, string | undefined>): string {
  const said = env.OPERATOR?.trim() ?? ''
  if (said !== '') return said
  try {
    return userInfo().username
  } catch {
    // In a container the account may have no name.
    return `uid ${process.getuid?.() ?? '?'}`
  }
}

/** Through a connection of its own: a restore puts another database in the place of this one. A database that cannot be opened
 *  has no say; what needs it tells why. */
async function grantsIn(env: Record<string, string | undefined>, databaseUrl: string): Promise<readonly RoleGrant[]> {
  const db = mayHaveDatabase(databaseUrl) ? await openDatabase(databaseUrl).catch(() => undefined) : undefined
  try {
    return await operatorGrants(db, () => ruleFolder({ env }))
  } finally {
    await db?.close()
  }
}

/** The program of one npm script: `main.ts <program> <words…>`, with the environment's settings. */
async function main(name: string, words: readonly string[]): Promise<void> {
  const load = Object.hasOwn(PROGRAMS, name) ? PROGRAMS[name] : undefined
  if (load === undefined) throw new Error(`no program ${name}`)
  const { env, stderr } = process
  const databaseUrl = (): string => readSomeSettings(env, ['DATABASE_URL']).DATABASE_URL
  let opened: Db | undefined
  const closeDb = async (): Promise<void> => {
    await opened?.close()
    opened = undefined
  }
  const desk: Desk = {
    db: async () => {
      opened ??= await openDatabase(databaseUrl())
      return opened
    },
    closeDb,
    hasDatabase: () => mayHaveDatabase(databaseUrl()),
    clock: systemClock,
    env,
    grants: () => grantsIn(env, databaseUrl()),
    operator: { name: operatorIn(env), host: hostname() },
    screen: {
      note: (line) => void stderr.write(`${terminalText(line)}\n`),
      bar: stderr.isTTY ? (text) => void stderr.write(`\r\u001b[K${text}`) : undefined,
    },
  }
  try {
    const { code, out, err } = await runProgram(await load(), words, desk)
    // Names are strangers' words: none of them moves the cursor or paints the window.
    if (out !== '') process.stdout.write(`${terminalText(out)}\n`)
    if (err !== '') stderr.write(`${terminalText(err)}\n`)
    process.exitCode = code
  } finally {
    await closeDb()
  }
}

// Whoever reads only the beginning (`| head`) closes the pipe; what is left to say is for nobody.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

const [name = '', ...words] = process.argv.slice(2)
await main(name, words)
