import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { databaseTests, LONG, longestFirst, pureTests, testsOfTurn } from './test-selection.ts'

const mysql = [0, 1].map((turn) => new Set(testsOfTurn('mysql', turn)))
const sqlite = [0, 1].map((turn) => new Set(testsOfTurn('sqlite', turn)))

it('at each commit every test that loads the database runs on one of the two, and within two commits on both', () => {
  for (const file of databaseTests()) {
    for (const turn of [0, 1]) {
      expect([file, mysql[turn]?.has(file) === true || sqlite[turn]?.has(file) === true]).toEqual([file, true])
    }
    expect([file, mysql.some((one) => one.has(file)), sqlite.some((one) => one.has(file))]).toEqual([file, true, true])
  }
})

it('where SQL is made both are asked every time, and what loads no database runs once every time', () => {
  const always = 'server/records/orders/orders.test.ts'
  expect(mysql.every((one) => one.has(always)) && sqlite.every((one) => one.has(always))).toBe(true)
  for (const file of pureTests()) {
    expect([file, sqlite.every((one) => one.has(file)), mysql.some((one) => one.has(file))]).toEqual([
      file,
      true,
      false,
    ])
  }
  // About half of the others, so that neither turn is the long one.
  const [even = 0, odd = 0] = mysql.map((one) => one.size)
  expect(Math.abs(even - odd)).toBeLessThan(40)
})

it('the long ones go first and the rest keeps its order', () => {
  const files = ['/x/a.test.ts', '/x/bench/chaos.test.ts', '/x/b.test.ts', '/x/scripts/recipe.test.ts']
  expect(longestFirst(files, (file) => file)).toEqual([files[3], files[1], files[0], files[2]])
  expect(LONG.filter((name) => !existsSync(`${name}.test.ts`))).toEqual([])
})
