import { existsSync, readFileSync } from 'node:fs'
import type { TestApp } from './build-test-app.ts'

type Stored = Pick<TestApp, 'db' | 'rawRows' | 'databaseUrl'>

export const tableNames = ({ db }: Stored): Promise<{ name: string }[]> =>
  db.source.query(
    db.dialect === 'sqlite'
      ? "SELECT name AS name FROM sqlite_master WHERE type = 'table'"
      : 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
  )

/** Every row of every table: as UTF-8 read byte by byte, so that a text is looked for as `bytesOf` it. */
export async function everyRow(t: Stored): Promise<string> {
  const parts: string[] = []
  for (const { name } of await tableNames(t)) {
    parts.push(bytesOf(JSON.stringify(await t.rawRows(`SELECT * FROM \`${name}\``))))
  }
  return parts.join('\n')
}

/** The same, and for SQLite the files themselves, where deleted text may linger. */
export async function everythingStored(t: Stored): Promise<string> {
  const parts = [await everyRow(t)]
  if (t.db.dialect === 'sqlite') {
    const file = t.databaseUrl.slice('sqlite:'.length)
    for (const path of [file, `${file}-wal`]) if (existsSync(path)) parts.push(readFileSync(path, 'latin1'))
  }
  return parts.join('\n')
}

export const bytesOf = (text: string): string => Buffer.from(text).toString('latin1')
