import { expect, test } from 'vitest'
import { daysUntilBirthday } from './birthday.ts'

const day = (text: string) => {
  const [year = 0, month = 0, of = 0] = text.split('-').map(Number)
  return { year, month, day: of }
}

test.each([
  ['02-29', '2027-02-28', 0],
  ['02-29', '2027-03-01', 365],
  ['02-29', '2028-02-28', 1],
  ['02-29', '2028-02-29', 0],
  ['02-28', '2028-02-29', 365],
  ['02-28', '2027-02-28', 0],
  ['03-01', '2027-02-28', 1],
  ['03-01', '2028-02-28', 2],
  ['12-31', '2027-01-01', 364],
  ['12-31', '2028-01-01', 365],
  ['01-01', '2027-12-31', 1],
  ['03-01', '2027-03-02', 365],
  ['02-29', '2027-12-31', 60],
])('born on %s, on %s it is %i days', (born, on, days) => {
  const [month = 0, of = 0] = born.split('-').map(Number)
  expect(daysUntilBirthday({ year: undefined, month, day: of }, day(on))).toBe(days)
})
