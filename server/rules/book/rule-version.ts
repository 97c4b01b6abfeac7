import { createHash } from 'node:crypto'

/** The first 12 hex digits of the SHA-256 of a parsed rule: the same for the same meaning, whatever the order of keys,
 *  comments and spaces in the file. */
export function versionOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 12)
}

/** JSON with the keys of every object in order of code units. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
