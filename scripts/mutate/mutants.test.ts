import { expect, it } from 'vitest'
import { findMutants } from './find-mutants.ts'

/** The code after each change. */
const afterChanges = (code: string): string[] =>
  findMutants('x.ts', code).map(({ start, end, text }) => code.slice(0, start) + text + code.slice(end))

it.each([
  ['a bound moves by one', 'const x = a >= b', ['const x = a > b']],
  ['sums and conditions turn round', 'const x = a + 1 === b', ['const x = a - 1 === b', 'const x = a + 1 !== b']],
  ['texts are no sums', `const x = 'a' + b`, []],
  ['a condition is always so or never', 'if (a) b', ['if (true) b', 'if (false) b', 'if (a) {}']],
  ['what is only said is left alone', `log.info('a')\nif (a > b) log.warn('b')`, []],
  ['types are no code', 'type A = true\nlet a: false', []],
])('%s', (_name, code, changed) => expect(afterChanges(code)).toEqual(changed))

it.each([
  [
    'each term of a condition no longer counts',
    'sql`SELECT a FROM b WHERE §{x({ y })} = 1 AND (c = 2 OR d = 3) ORDER BY e`',
    [
      'sql`SELECT a FROM b WHERE (§{x({ y })} = 1 OR 1 = 1) AND (c = 2 OR d = 3) ORDER BY e`',
      'sql`SELECT a FROM b WHERE §{x({ y })} = 1 AND ((c = 2 OR d = 3) OR 1 = 1) ORDER BY e`',
      'sql`SELECT a FROM b WHERE §{x({ y })} = 1 AND (c = 2 OR (d = 3 AND 1 = 0)) ORDER BY e`',
    ],
  ],
  [
    'a bound moves by one, an order turns round',
    'sql`UPDATE a SET b = 1 WHERE c <= §{d > e} ORDER BY c DESC`',
    [
      'sql`UPDATE a SET b = 1 WHERE (c <= §{d > e} OR 1 = 1) ORDER BY c DESC`',
      'sql`UPDATE a SET b = 1 WHERE c < §{d > e} ORDER BY c DESC`',
      'sql`UPDATE a SET b = 1 WHERE c <= §{d >= e} ORDER BY c DESC`',
      'sql`UPDATE a SET b = 1 WHERE c <= §{d > e} ORDER BY c ASC`',
    ],
  ],
  ['BETWEEN is one term', `'WHERE a BETWEEN ? AND ?'`, [`'WHERE (a BETWEEN ? AND ? OR 1 = 1)'`]],
  ['other texts are no SQL', '`a < §{b} or c`', []],
])('in SQL: %s', (_name, text, changed) => {
  // A dollar sign before a brace looks like a slip of the pen to the linter.
  const code = (sql: string): string => `const query = ${sql.replaceAll('§', '$')}`
  expect(afterChanges(code(text)).sort()).toEqual(changed.map(code).sort())
})
