/** No document has nearly as many keys of its own. */
const MOST_KEYS = 1_000
const KEY = /^[^\s#\-"'{}[\],&*!|>%@`?][^\n]*?:(?:[ \t]|$)/gm

/** The beginning of a text that has far more keys at its left edge than any document may have; undefined: it has not. What
 *  parsing the rest costs tells nobody anything, if the beginning alone has more faults than are told. */
export function headOf(text: string): string | undefined {
  let keys = 0
  for (const { index } of text.matchAll(KEY)) {
    keys += 1
    if (keys > MOST_KEYS) return text.slice(0, index)
  }
  return undefined
}
