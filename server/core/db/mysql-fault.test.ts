import { QueryFailedError } from 'typeorm'
import { expect, it } from 'vitest'
import { AppError } from '../kernel/app-error.ts'
import { mysqlFault } from './mysql-fault.ts'

const answered = (errno: number): Error =>
  new QueryFailedError('UPDATE x SET y = 1', [], Object.assign(new Error('refused'), { errno, code: 'ER_SOME' }))
const broken = (code: string): Error => Object.assign(new Error('no way'), { code, errno: -111 })

it.each<[string, unknown, string | undefined]>([
  ['a deadlock', answered(1213), 'conflict'],
  ['a row waited for too long', answered(1205), 'conflict'],
  ['group replication, another was first', answered(3101), 'conflict'],
  ['TiDB, another was first', answered(9007), 'conflict'],
  ['read_only', answered(1290), 'no-writer'],
  ['read_only, of a transaction that had begun', answered(1792), 'no-writer'],
  ['Aurora, read-only', answered(1836), 'no-writer'],
  ['Galera without majority', answered(1047), 'no-writer'],
  ['group replication, thrown out', answered(3100), 'no-writer'],
  ['asked on connecting', new AppError('db.read-only', 'this server takes no writes'), 'no-writer'],
  ['killed by somebody', answered(1927), 'lost'],
  ['refused', broken('ECONNREFUSED'), 'lost'],
  ['reset', broken('ECONNRESET'), 'lost'],
  ['a key that is known', answered(1062), undefined],
  ['a statement that is wrong', answered(1064), undefined],
  ['a database that keeps silent', new Error('the database did not answer in time'), undefined],
  ['SQLite', Object.assign(new Error('locked'), { code: 'SQLITE_BUSY' }), undefined],
  ['no error', 'text', undefined],
])('%s', (_what, error, fault) => {
  expect(mysqlFault(error)).toBe(fault)
})
