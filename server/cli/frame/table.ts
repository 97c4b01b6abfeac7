import { padRight, widthOf } from './pad.ts'

/** Rows below a head, columns aligned as a terminal shows them, two blanks between. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((most, row) => row.map((cell, at) => Math.max(most[at] ?? 0, widthOf(cell))), [])
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => padRight(cell, widths[at] ?? 0))
      .join('  ')
      .trimEnd()
  return rows.map((row) => `  ${line(row)}`).join('\n')
}
