/** A row of an answer that could not be used and was left out; never its content. */
export interface LeftOutRow {
  /** Where in the answer, as in UnreadField. */
  field: string
  /** The row's own id as WeCom gave it (a userid, an external_userid …), where it has one. */
  id: string | undefined
}

const leftOut = new WeakMap<object, LeftOutRow[]>()

/** Notes that `part`, an object or a list of an answer, lacks rows. */
export function noteLeftOut(part: object, rows: readonly LeftOutRow[]): void {
  if (rows.length > 0) leftOut.set(part, [...leftOutOf(part), ...rows])
}

/** The rows that were left out of this object or list of an answer, or of anything in it. */
export const leftOutOf = (part: object): readonly LeftOutRow[] => leftOut.get(part) ?? []

/** Whether this object or list of an answer is all that WeCom told. Only then does what is not in it mean anything. */
export const isWhole = (part: object): boolean => leftOutOf(part).length === 0

const ID_NAMES = ['external_userid', 'userid', 'chat_id', 'config_id', 'msgid', 'tag_id', 'group_id', 'id']
/** WeCom's ids have at most 64 characters; more would be content. */
const MOST_OF_ID = 64

/** The id by which a person finds an unusable row again: its own, or that of an object in it. */
export function rowId(row: unknown): string | undefined {
  if (typeof row !== 'object' || row === null) return undefined
  const objects = [row, ...Object.values(row).filter((value) => typeof value === 'object' && value !== null)]
  for (const fields of objects) {
    for (const name of ID_NAMES) {
      const id = (fields as Record<string, unknown>)[name] // only looked at, whatever it is
      if (typeof id === 'number') return String(id)
      if (typeof id === 'string' && id !== '') return id.slice(0, MOST_OF_ID)
    }
  }
  return undefined
}
