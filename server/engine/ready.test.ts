import { expect, it } from 'vitest'
import type { Db } from '../core/db/db.ts'
import { AppError } from '../core/kernel/app-error.ts'
import { createLogger } from '../core/kernel/logger.ts'
import { createReady } from './ready.ts'

it('says once that another process brings the tables up to date, and is ready once it has', async () => {
  const lines: { level: number; msg: string; err?: string }[] = []
  const log = createLogger({ level: 'info', destination: { write: (line) => void lines.push(JSON.parse(line)) } })
  const answers = ['elsewhere', 'elsewhere', 'done']
  const db = {
    dialect: 'mysql',
    migrate: async () => {
      if (answers.shift() === 'elsewhere') throw new AppError('db.migrating-elsewhere', 'host-1 migrates')
    },
  } as Partial<Db> as Db
  const ready = createReady({ db, log, prepare: async () => {}, tryToStore: async () => {} })
  for (const isPrepared of [false, false, true]) {
    ready.nudge()
    await ready.settled()
    expect(ready.isPrepared()).toBe(isPrepared)
  }
  expect(lines.map(({ level, msg, err }) => [level, msg, err])).toEqual([
    [30, 'waiting for the tables', 'db.migrating-elsewhere: host-1 migrates'],
    [30, 'database ready', undefined],
  ])
})
