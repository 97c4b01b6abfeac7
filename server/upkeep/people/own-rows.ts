import {
  type Column,
  type ColumnSpecs,
  columnsOf,
  type PersonalOfAny,
  specOf,
  type Table,
} from '../../core/db/define-table.ts'
import type { HoldsPeople } from '../../core/db/personal-data.ts'
import { every, list, type Sql, some, sql } from '../../core/db/sql.ts'

/** By what one customer's rows are found. */
export interface PersonNames {
  externalUserId: string
  unionIds: readonly string[]
  /** Of phones that nobody else has. */
  phoneHashes: readonly string[]
}

export const personalOf = (table: Table): PersonalOfAny => specOf(table).personal
export const holdsPeople = (personal: PersonalOfAny): personal is HoldsPeople<ColumnSpecs, Table> =>
  !('nobody' in personal)

export function columnOf(table: Table, name: string): Column {
  const found = columnsOf(table).find((column) => column.name === name)
  if (found === undefined) throw new Error(`${specOf(table).name} has no column ${name}`)
  return found
}
const hasColumn = (table: Table, name: string): boolean => columnsOf(table).some((column) => column.name === name)

/** Column by which a row is found again. */
export const keyOf = (table: Table): Column => {
  const key = columnsOf(table).find(({ spec }) => spec.isPrimary)
  if (key === undefined) throw new Error(`${specOf(table).name} has no primary key`)
  return key
}

/** The rows that are this customer's own; undefined: a table without any. What still waits for its customer is theirs when it
 *  was told under one of their names. */
export function ownRows(table: Table, person: PersonNames): Sql | undefined {
  const personal = personalOf(table)
  if (!holdsPeople(personal)) return undefined
  const { of, through } = personal
  if (through !== undefined) {
    const theirs = ownRows(through.table, person)
    if (theirs === undefined) return undefined
    const owner = keyOf(through.table)
    return sql`${columnOf(table, through.column)} IN (SELECT ${sql`${owner}`} FROM ${through.table} WHERE ${theirs})`
  }
  if (of === undefined) return undefined
  const isTheirs = sql`${columnOf(table, of)} = ${person.externalUserId}`
  if (!hasColumn(table, 'given_external_userid')) return isTheirs
  const isNobodys = hasColumn(table, 'external_userid') ? sql`${columnOf(table, 'external_userid')} IS NULL` : every([])
  return some([isTheirs, every([isNobodys, wasToldOf(table, person)])])
}

function wasToldOf(table: Table, { externalUserId, unionIds, phoneHashes }: PersonNames): Sql {
  const among = (name: string, values: readonly string[]): Sql[] =>
    values.length === 0 ? [] : [sql`${columnOf(table, name)} IN ${list(values)}`]
  return some([
    ...among('given_external_userid', [externalUserId]),
    ...among('given_unionid', unionIds),
    ...among('phone_hash', phoneHashes),
  ])
}
