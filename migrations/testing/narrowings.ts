/** A table as the database describes it. */
export interface Shape {
  name: string
  columns: readonly ColumnShape[]
  /** Columns of the keys that no two rows may share, the primary one too. */
  unique: readonly (readonly string[])[]
}

export interface ColumnShape {
  name: string
  /** With its length. */
  type: string
  isNullable: boolean
  hasDefault: boolean
}

const byName = <Named extends { name: string }>(all: readonly Named[]): Map<string, Named> =>
  new Map(all.map((one) => [one.name, one]))

/** What a change of tables does that the version before cannot live with while it still runs: it reads and writes what is
 *  gone, leaves out what must be there, repeats what may be there once, and trusts that a key keeps out what came before. In English, a line each; none: it only adds. */
export function narrowings(before: readonly Shape[], after: readonly Shape[]): string[] {
  const now = byName(after)
  return before.flatMap((old) => {
    const table = now.get(old.name)
    return table === undefined ? [`table ${old.name} is gone`] : ofTable(old, table)
  })
}

function ofTable(old: Shape, table: Shape): string[] {
  const [was, is] = [byName(old.columns), byName(table.columns)]
  const lost = old.columns.flatMap((column) => {
    const place = `${table.name}.${column.name}`
    const left = is.get(column.name)
    if (left === undefined) return [`column ${place} is gone`]
    return [
      ...(left.type === column.type ? [] : [`column ${place} is ${left.type} and was ${column.type}`]),
      ...(column.isNullable && !left.isNullable ? [`column ${place} must be filled`] : []),
      ...(column.hasDefault && !left.hasDefault && !left.isNullable ? [`column ${place} has no default any more`] : []),
    ]
  })
  const wanted = table.columns
    .filter(({ name, isNullable, hasDefault }) => !was.has(name) && !isNullable && !hasDefault)
    .map(({ name }) => `column ${table.name}.${name} must be filled`)
  // The version before leaves such a column empty, and rows may share what is empty.
  const isLeftEmpty = (name: string): boolean => {
    const column = is.get(name)
    return !was.has(name) && column?.isNullable === true && !column.hasDefault
  }
  const stricter = table.unique
    .filter((key) => !key.some(isLeftEmpty))
    .filter((key) => !old.unique.some((one) => one.every((name) => key.includes(name))))
    .map((key) => `rows of ${table.name} may not share ${key.join(', ')}`)
  const looser = old.unique
    .filter((key) => !table.unique.some((one) => one.every((name) => key.includes(name))))
    .map((key) => `rows of ${table.name} may share ${key.join(', ')}`)
  return [...lost, ...wanted, ...stricter, ...looser]
}
