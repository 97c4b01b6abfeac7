import type { RuleFault } from './rule-fault.ts'

/** Named so often, it is one mistake: the thing itself is gone or has another name. */
const FROM = 3
const MOST_PLACES = 5

/** One fault in place of many that miss the same thing, at the first of their places, with where the others are. */
export function foldRoots(faults: readonly RuleFault[]): RuleFault[] {
  const alike = new Map<string, RuleFault[]>()
  for (const fault of faults) {
    if (!fault.message.startsWith('没有叫「')) continue
    alike.set(fault.message, [...(alike.get(fault.message) ?? []), fault])
  }
  return faults.flatMap((fault) => {
    const same = alike.get(fault.message) ?? []
    if (same.length < FROM) return [fault]
    if (same[0] !== fault) return []
    const places = same.slice(1, 1 + MOST_PLACES).map(({ file, line }) => `${file}:${line}`)
    const more = same.length > places.length + 1 ? '……' : ''
    return [{ ...fault, message: `${fault.message}，${same.length} 处用到它（还有 ${places.join('、')}${more}）` }]
  })
}
