import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createConnection } from 'mysql2/promise'

/** The environment variable that names the folder which all processes of one run of tests share. */
export const RUN_FOLDER = 'HUOSHUI_TEST_RUN'

const MEMORY = '/dev/shm'
const GIGABYTE = 1024 ** 3

/** Where test databases lie: in memory where there is room, so that full synchronisation, which the product asks for, waits
 *  for no disk. What a killed process wrote is there all the same. */
export function memoryFolder(): string {
  if (!existsSync(MEMORY)) return tmpdir()
  const { bavail, bsize } = statfsSync(MEMORY)
  return bavail * bsize > GIGABYTE ? MEMORY : tmpdir()
}

/** What the names of a run's databases on a server begin with. */
export const poolPrefix = (runFolder: string): string => `huoshui_pool_${basename(runFolder).slice(-6).toLowerCase()}_`

/** Vitest calls it once before all workers start, and what it gives once they have ended. */
export default function openRun(): () => Promise<void> {
  const folder = mkdtempSync(join(memoryFolder(), 'huoshui-run-'))
  process.env[RUN_FOLDER] = folder
  return async () => {
    const server = process.env.TEST_MYSQL_URL
    if (server !== undefined && server !== '') await dropPool(server, poolPrefix(folder))
    rmSync(folder, { recursive: true, force: true })
  }
}

async function dropPool(server: string, prefix: string): Promise<void> {
  const connection = await createConnection(server)
  const [rows] = await connection.query('SHOW DATABASES LIKE ?', [`${prefix.replaceAll('_', '\\_')}%`])
  for (const row of rows as Record<string, string>[]) await connection.query(`DROP DATABASE ${Object.values(row)[0]}`)
  await connection.end()
}
