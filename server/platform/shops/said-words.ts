/** Longer than any name of a store; the body of an order takes no more. */
const LONGEST = 100

/** What stands under a name, whatever the value is: no page says for sure where shops keep these. */
export const under = (value: unknown, ...names: readonly string[]): unknown =>
  names.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[name] : undefined,
    value,
  )

/** The first of these that says something: a text, or a number that is not 0, which shops write for none. Undefined: nothing is
 *  told, and takes nothing away. */
export function wordOf(...values: readonly unknown[]): string | undefined {
  for (const value of values) {
    const word = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : ''
    if (word !== '' && word !== '0') return word.slice(0, LONGEST)
  }
  return undefined
}
