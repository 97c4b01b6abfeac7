import { readFileSync } from 'node:fs'

type Json = Record<string, unknown>
const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'))

/** Signatures and seals that were computed apart from this program. */
export const vectors = read('vectors.json') as Record<string, Json & { [part: string]: never }>

/** Requests, answers and pushes in the shape that a shop's pages give, people and numbers invented. */
export const payloadsOf = (shop: 'wechat-shop' | 'crmeb' | 'youzan'): Json => read(`payloads/${shop}.json`) as Json

/** Where two values differ in shape: paths of fields that `like` has and `value` lacks, or has with another type. Empty texts,
 *  numbers and lists are of any length. */
export function lacks(value: unknown, like: unknown, path = ''): string[] {
  if (Array.isArray(like)) {
    if (!Array.isArray(value)) return [path]
    return like.length === 0 || value.length === 0 ? [] : lacks(value[0], like[0], `${path}[]`)
  }
  if (typeof like !== 'object' || like === null) return like === null || typeof value === typeof like ? [] : [path]
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(like).flatMap(([name, inner]) =>
    name in value ? lacks((value as Json)[name], inner, `${path}.${name}`) : [`${path}.${name}`],
  )
}
