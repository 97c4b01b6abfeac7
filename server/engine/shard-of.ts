/** More than workers of all processes together, so that each has some. */
const SHARDS = 64

/** Which part of all work `name` belongs to, 0 to 63: the same everywhere and always. FNV-1a over UTF-16 units. */
export function shardOf(name: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193)
  // The low bits alone are the parity of few.
  return ((hash >>> 16) ^ hash) & (SHARDS - 1)
}
