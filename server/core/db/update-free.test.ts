import { afterEach, beforeEach, expect, it } from 'vitest'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { integer, primary, text } from './columns.ts'
import { defineTable } from './define-table.ts'
import { ofNobody } from './personal-data.ts'
import { pick, sql } from './sql.ts'
import { updateFree } from './update-free.ts'

const PEG = defineTable(
  'peg',
  { name: primary(text(20)), size: integer() },
  { personal: ofNobody('a test'), snapshot: {} },
)

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
  await kit.db.source.query('CREATE TABLE peg (name VARCHAR(20) PRIMARY KEY, size BIGINT NOT NULL)')
})
afterEach(() => kit.close())

it('what it changed is seen by the same transaction; what is in the way stays', async () => {
  await kit.db.tx(async (tx) => {
    await tx.insertIgnore(PEG, [
      { name: 'a', size: 1 },
      { name: 'b', size: 2 },
    ])
    const all = () => tx.rows(sql`SELECT ${pick(PEG, 'name', 'size')} FROM ${PEG} ORDER BY ${PEG.size}`)
    expect((await all()).map(({ name }) => name)).toEqual(['a', 'b'])
    await updateFree(tx, PEG, { name: 'c' }, sql`${PEG.name} = ${'a'}`)
    expect((await all()).map(({ name }) => name)).toEqual(['c', 'b'])
    await updateFree(tx, PEG, { name: 'b' }, sql`${PEG.name} = ${'c'}`)
    expect((await all()).map(({ name }) => name)).toEqual(['c', 'b'])
  })
})
