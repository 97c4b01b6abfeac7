import { declaredTable } from './define-table.ts'
import type { SqlValue } from './sql.ts'
import type { Statements } from './statements.ts'

/** An UPDATE of one row: it names the values of a unique key. */
interface KeyedUpdate {
  table: string
  setText: string
  whereText: string
  /** Columns that are set to a value each; undefined when one is set to more than that. */
  sets: string[] | undefined
  /** Columns of the unique key, and where their values stand among those of the WHERE. */
  keys: { column: string; at: number }[]
  /** The key is all that it asks for. */
  isPlain: boolean
}

const VALUE = /^(\w+) (?:= \?|IN \(\?\))$/
const LITERAL = /^\w+ (?:= '[^'?]*'|= \d+|<> '[^'?]*'|IS (?:NOT )?NULL)$/
const marksIn = (text: string): number => text.split('?').length - 1

/** The columns that have values in the WHERE, in the order of its marks; undefined when it asks for anything else. */
function valuedIn(whereText: string): string[] | undefined {
  const parts = whereText.split(' AND ').map((part) => part.trim())
  if (!parts.every((part) => VALUE.test(part) || LITERAL.test(part))) return undefined
  return parts.flatMap((part) => VALUE.exec(part)?.[1] ?? [])
}

function setsOf(setText: string): string[] | undefined {
  const names = setText.split(',').map((part) => /^(\w+) = \?$/.exec(part.trim())?.[1])
  return names.every((name) => name !== undefined) ? (names as string[]) : undefined
}

/** Undefined for any other UPDATE or DELETE. */
function keyedUpdate(text: string): KeyedUpdate | undefined {
  const [, table = '', setText = '', whereText = ''] =
    /^\s*UPDATE (\w+) SET ([^;]+?)\s+WHERE ([^;]+?)\s*$/.exec(text) ?? []
  const spec = declaredTable(table)
  const valued = valuedIn(whereText)
  if (spec === undefined || valued === undefined) return undefined
  const primary = Object.entries(spec.columns).flatMap(([name, { isPrimary }]) => (isPrimary ? [name] : []))
  const key = [primary, ...spec.unique].find(
    (columns) => columns.length > 0 && columns.every((column) => valued.includes(column)),
  )
  if (key === undefined || key.some((column) => new RegExp(`\\b${column} = `).test(setText))) return undefined
  const keys = key.map((column) => ({ column, at: valued.indexOf(column) }))
  const isPlain = valued.length === key.length && whereText.split(' AND ').length === key.length
  return { table, setText, whereText, sets: setsOf(setText), keys, isPlain }
}

/** In one order, whoever asks: two transactions that change the same rows wait for each other in turn, and not both at once. */
async function oneByOne(base: Statements, text: string, changes: SqlValue[][]): Promise<number[]> {
  const found: number[] = []
  // By the rows, not by what they are set to.
  const setMarks = marksIn(/^\s*UPDATE \w+ SET ([^;]+?)\s+WHERE /.exec(text)?.[1] ?? '')
  const rowOf = (params: SqlValue[]): string => JSON.stringify(params.slice(setMarks).map(String))
  const inOrder = changes.map((params, nth) => ({ params, nth, by: rowOf(params) }))
  inOrder.sort((a, b) => (a.by < b.by ? -1 : a.by > b.by ? 1 : a.nth - b.nth))
  for (const { params, nth } of inOrder) found[nth] = await base.run(text, params)
  return found
}

/** Makes changes of one text; gives for each how many rows it found. Those of one row each are one statement, whatever they
 *  set. Undefined when they are made and nobody can tell which of them found their row. */
export async function changeTogether(
  base: Statements,
  text: string,
  changes: SqlValue[][],
): Promise<number[] | undefined> {
  const update = changes.length === 1 ? undefined : keyedUpdate(text)
  if (update === undefined) return oneByOne(base, text, changes)
  const found: number[] = []
  for (const layer of layersOf(changes, update)) {
    const counts = await changeLayer(
      base,
      text,
      update,
      layer.map((nth) => changes[nth] ?? []),
    )
    if (counts === undefined) return undefined
    for (const [at, nth] of layer.entries()) found[nth] = counts[at] ?? 0
  }
  return found
}

const keyOf = (update: KeyedUpdate, params: SqlValue[]) => {
  const where = params.slice(marksIn(update.setText))
  const key = update.keys.map(({ at }) => where[at] ?? null)
  return { where, key, id: JSON.stringify(key.map(String)) }
}

/** The places of the changes, in layers of which none changes a row twice: one after the other, they come to the same. */
function layersOf(changes: SqlValue[][], update: KeyedUpdate): number[][] {
  const times = new Map<string, number>()
  const layers: number[][] = []
  for (const [nth, params] of changes.entries()) {
    const { id } = keyOf(update, params)
    const before = times.get(id) ?? 0
    times.set(id, before + 1)
    const layer = layers[before]
    if (layer === undefined) layers.push([nth])
    else layer.push(nth)
  }
  return layers
}

/** The same of rows that are all different. */
async function changeLayer(
  base: Statements,
  text: string,
  update: KeyedUpdate,
  changes: SqlValue[][],
): Promise<number[] | undefined> {
  if (changes.length === 1) return oneByOne(base, text, changes)
  const { table, setText, whereText, sets, keys, isPlain } = update
  const setMarks = marksIn(setText)
  const each = changes.map((params) => ({ values: params.slice(0, setMarks), ...keyOf(update, params) }))
  const isSame = (nth: number): boolean => each.every(({ values }) => values[nth] === each[0]?.values[nth])
  const isAlike = each[0]?.values.every((_, nth) => isSame(nth)) === true
  if (!isAlike && sets === undefined) return oneByOne(base, text, changes)

  const params: SqlValue[] = []
  const isIt = keys.map(({ column }) => `${column} = ?`).join(' AND ')
  const assigned = (column: string, nth: number): string => {
    if (isSame(nth)) {
      params.push(each[0]?.values[nth] ?? null)
      return `${column} = ?`
    }
    for (const { key, values } of each) params.push(...key, values[nth] ?? null)
    return `${column} = CASE ${each.map(() => `WHEN ${isIt} THEN ?`).join(' ')} ELSE ${column} END`
  }
  if (isAlike) params.push(...(each[0]?.values ?? []))
  const assignments = isAlike ? setText : (sets ?? []).map(assigned).join(', ')
  const where = each.map(() => `(${whereText})`).join(' OR ')
  const wanted = each.flatMap((one) => one.where)
  const total = await base.run(`UPDATE ${table} SET ${assignments} WHERE ${where}`, [...params, ...wanted])
  if (total === each.length || total === 0) return each.map(() => (total === 0 ? 0 : 1))
  if (!isPlain) return undefined
  const columns = keys.map(({ column }) => column)
  const rows = await base.find({
    text: `SELECT ${columns.join(', ')} FROM ${table} WHERE ${where}`,
    params: wanted,
    numbers: [],
  })
  const found = new Set(rows.map((row) => JSON.stringify(columns.map((column) => String(row[column])))))
  return each.map(({ id }) => (found.has(id) ? 1 : 0))
}
