/** What stands where a person was named. */
export const ERASED = '（已删除）'

/** A text or JSON in which this id occurs, without the person: `whole` when it is about them and nobody else, so that nothing
 *  of it may stay. In JSON the parts that are about them go, out of lists and objects; elsewhere their id is replaced. */
export function withoutPerson(text: string, externalUserId: string): { whole: true } | { whole: false; text: string } {
  const json = parsed(text)
  if (json === undefined) return { whole: false, text: text.replaceAll(externalUserId, ERASED) }
  if (isAbout(json, externalUserId)) return { whole: true }
  return { whole: false, text: JSON.stringify(purged(json, externalUserId)) }
}

function parsed(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

/** An object of which a value is this id. */
const isAbout = (value: unknown, id: string): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).includes(id)

function purged(value: unknown, id: string): unknown {
  if (typeof value === 'string') return value.replaceAll(id, ERASED)
  if (Array.isArray(value)) return value.filter((one) => !isAbout(one, id)).map((one) => purged(one, id))
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([key]) => !key.includes(id))
  return Object.fromEntries(kept.map(([key, one]) => [key, isAbout(one, id) ? ERASED : purged(one, id)]))
}
