import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataSource } from 'typeorm'
import { randomText } from '../core/kernel/random.ts'
import { RUN_FOLDER } from './test-run.ts'

/** A fresh database for one test: a SQLite file, or one of its own on the MySQL server that `TEST_MYSQL_URL` names
 *  (`mysql://user:pass@host:3306`, without a database). In a run of tests the file lies where `memoryFolder` says; what measures
 *  has it on the disk. */
export async function createTestDatabase(
  server = process.env.TEST_MYSQL_URL,
): Promise<{ url: string; drop(): Promise<void> }> {
  if (server === undefined || server === '') {
    const folder = mkdtempSync(join(process.env[RUN_FOLDER] ?? tmpdir(), 'huoshui-db-'))
    return {
      url: `sqlite:${join(folder, 'test.db')}`,
      drop: async () => rmSync(folder, { recursive: true, force: true }),
    }
  }
  return openNamedDatabase(server, `huoshui_test_${randomText(12)}`)
}

/** A database of this name on a MySQL server, there already or made now. */
export async function openNamedDatabase(server: string, name: string): Promise<{ url: string; drop(): Promise<void> }> {
  await onServer(server, `CREATE DATABASE IF NOT EXISTS ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
  return {
    url: `${server.replace(/\/$/, '')}/${name}`,
    drop: () => onServer(server, `DROP DATABASE IF EXISTS ${name}`),
  }
}

async function onServer(server: string, sql: string): Promise<void> {
  const source = new DataSource({ type: 'mysql', url: server })
  await source.initialize()
  try {
    await source.query(sql)
  } finally {
    await source.destroy()
  }
}
