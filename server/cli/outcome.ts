import { migrations } from '../../migrations/index.ts'
import { createDb, type Db } from '../core/db/db.ts'
import { describeError } from '../core/kernel/app-error.ts'
import { readSomeSettings } from '../settings.ts'

/** What a command prints and its exit code: 0 good, 1 findings or not readable, 2 wrong use. */
export interface Outcome {
  code: 0 | 1 | 2
  out: string
  err: string
}

export function printOutcome({ code, out, err }: Outcome): void {
  if (out !== '') process.stdout.write(`${out}\n`)
  if (err !== '') process.stderr.write(`${err}\n`)
  process.exitCode = code
}

/** A command that works on the server's database: `words` are the command line after the program's name. */
export const runOnDatabase = (command: (words: readonly string[], db: Db) => Promise<Outcome>): Promise<void> =>
  runWithDatabase((words, openDb) => command(words, openDb()))

/** A command that may do without the database: it is opened when first asked for, and may be closed early. */
export async function runWithDatabase(
  command: (words: readonly string[], openDb: () => Db, closeDb: () => Promise<void>) => Promise<Outcome>,
): Promise<void> {
  let db: Db | undefined
  const openDb = (): Db => {
    db ??= createDb(readSomeSettings(process.env, ['DATABASE_URL']).DATABASE_URL, migrations)
    return db
  }
  const closeDb = async (): Promise<void> => {
    await db?.close()
    db = undefined
  }
  try {
    printOutcome(await command(process.argv.slice(2), openDb, closeDb))
  } catch (error) {
    const what = '读不到数据库，请确认 DATABASE_URL 指向服务正在用的数据库，并且服务启动过一次。'
    printOutcome({ code: 1, out: '', err: `${what}（${describeError(error)}）` })
  } finally {
    await closeDb()
  }
}
