import { type DataSource, MigrationExecutor } from 'typeorm'
import { AppError } from '../../kernel/app-error.ts'
import { lockFile } from '../lock-file.ts'
import type { MigrationTold } from './migration-news.ts'

/** Brings the tables up to date, each migration in one transaction: whoever is killed leaves none half done. A file is
 *  migrated by one process at a time. Throws db.migrating-elsewhere while another process migrates; safe to repeat. */
export async function migrateSqlite(source: DataSource, file: string | undefined, told: MigrationTold): Promise<void> {
  const pending = await new MigrationExecutor(source).getPendingMigrations()
  if (pending.length === 0) return
  const letGo = file === undefined ? () => undefined : lockFile(`${file}.migrating`)
  if (letGo === undefined) {
    throw new AppError('db.migrating-elsewhere', 'another process brings the tables up to date', { retry: 'later' })
  }
  try {
    for (const { name } of pending) told({ migration: name, steps: 0 })
    await source.runMigrations()
  } finally {
    letGo()
  }
}
