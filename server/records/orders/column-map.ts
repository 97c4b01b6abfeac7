import Type from 'typebox'
import { Check } from 'typebox/value'
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import { AppError } from '../../core/kernel/app-error.ts'
import { guessColumns } from './column-guess.ts'
import { type ColumnName, columnZh, KNOWN_COLUMNS, meaningOf } from './order-columns.ts'
import { plainName } from './plain-name.ts'

const Written = Type.Object(
  {
    /** Whose orders they are where the file names no shop. */
    shop: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
    /** Our name of a column → the file's. */
    columns: Type.Record(Type.String(), Type.String({ minLength: 1 })),
  },
  { additionalProperties: false },
)

export interface MappedColumn {
  column: ColumnName
  /** As it is written. */
  name: string
  /** Where, as `line:column`. */
  place: string
}

export interface ColumnMap {
  shop: string | undefined
  /** By `plainName` of the file's column. */
  columns: ReadonlyMap<string, MappedColumn>
}

const refused = (fault: string): AppError =>
  new AppError('orders.bad-columns', 'the file of columns is not usable', { status: 400, zh: fault })

/** Which column of an order file means what, as operators write it down. Throws orders.bad-columns with `line:column`. */
export function readColumnMap(text: string): ColumnMap {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${line}:${col}`
  }
  const [error] = document.errors
  if (error !== undefined) throw refused(`${at(error.pos[0])} 这里不是 YAML。检查缩进、冒号和引号。`)
  const written: unknown = document.toJS()
  if (!Check(Written, written)) {
    throw refused('1:1 只能写 shop: 店名 和 columns: 两项，columns 下面每行写「我们的列名: 文件里的列名」。')
  }
  const placeOf = (ours: string): string => {
    const node = document.get('columns', true)
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && String(key.value) === ours) : undefined
    return isScalar(pair?.key) ? at(pair.key.range?.[0] ?? 0) : '1:1'
  }
  return { shop: written.shop, columns: mapColumns(written.columns, placeOf) }
}

/** Our names → the file's, as `columns` has it. `placeOf` one of our names: where it is written. Throws orders.bad-columns. */
export function mapColumns(
  written: Readonly<Record<string, string>>,
  placeOf: (ours: string) => string,
): ColumnMap['columns'] {
  const columns = new Map<string, MappedColumn>()
  for (const [ours, theirs] of Object.entries(written)) {
    const column = meaningOf(ours)?.column
    const place = placeOf(ours)
    if (column === undefined) {
      const [like] = guessColumns([ours], KNOWN_COLUMNS).keys()
      const mend =
        like === undefined ? `可写：${KNOWN_COLUMNS.map(columnZh).join('、')}` : `是不是「${columnZh(like)}」`
      throw refused(`${place} 没有「${ours}」这个列名。${mend}。`)
    }
    if (columns.has(plainName(theirs))) throw refused(`${place} 「${theirs}」写了两次。一列只有一个意思。`)
    columns.set(plainName(theirs), { column, name: theirs, place })
  }
  return columns
}

/** What the map says of columns that the header does not have. */
export function notIn(columns: ColumnMap['columns'], header: readonly string[]): MappedColumn[] {
  const names = new Set(header.map(plainName))
  return [...columns].flatMap(([name, column]) => (names.has(name) ? [] : [column]))
}

/** Throws orders.bad-columns where the map names columns that the header does not have, a line for each. */
export function mustHave(columns: ColumnMap['columns'], header: readonly string[]): void {
  const missing = notIn(columns, header)
  if (missing.length === 0) return
  throw refused(missing.map(({ name, place }) => `${place} 文件里没有「${name}」这一列`).join('\n'))
}
