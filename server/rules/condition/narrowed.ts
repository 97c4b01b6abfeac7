import { PRODUCT_ROLES, type ProductRole } from '../schema/product-rules.ts'
import type { Fact, FactShape, Narrowing, NarrowKey } from './fact.ts'

/** What each of them is called, and an example. */
export const NARROW_ZH: Record<NarrowKey, { zh: string; example: string }> = {
  category: { zh: '品类', example: '牛排' },
  product: { zh: '商品', example: '菲力牛排 150g' },
  role: { zh: '商品角色', example: '主推' },
  store: { zh: '门店', example: '南山店' },
  scene: { zh: '下单渠道', example: '直播间' },
  campaign: { zh: '店铺活动', example: '双十一' },
  days: { zh: '近几天', example: '90' },
  field: { zh: '资料字段', example: '家里几口人' },
}

/** Texts as they are written. */
const NAMED = ['category', 'product', 'store', 'scene', 'campaign'] as const
const isNamed = (key: string | undefined): key is (typeof NAMED)[number] => NAMED.some((one) => one === key)

const MAX_DAYS = 3_650
const MAX_NAMES = 20
const MAX_LENGTH = 500

type Writable = { -readonly [Key in keyof Narrowing]: Narrowing[Key] }

const isRole = (name: string): name is ProductRole => PRODUCT_ROLES.some((role) => role === name)

const escaped = (name: string): string => name.replaceAll(/[%,=|[\]]/g, encodeURIComponent)

/** A narrowed fact is a fact of its own; this is its path: `orders.paid.count[category=牛排,days=90]`. */
export function narrowedPath(path: string, narrowing: Narrowing): string {
  const parts = (['category', 'product', 'role', 'store', 'scene', 'campaign', 'days', 'field'] as const).flatMap(
    (key) => {
      const value = narrowing[key]
      if (value === undefined) return []
      return [`${key}=${typeof value === 'object' ? value.map(escaped).join('|') : value}`]
    },
  )
  return parts.length === 0 ? path : `${path}[${parts.join(',')}]`
}

/** The path of the fact before it was narrowed. */
export const basePath = (path: string): string => path.replace(/\[.*$/s, '')

/** What a path is narrowed to; undefined for one that is not. */
export function narrowingOf(path: string): Narrowing | undefined {
  const written = /\[(.*)\]$/s.exec(path)?.[1]
  if (written === undefined) return undefined
  const narrowing: Writable = {}
  for (const part of written.split(',')) {
    const [key, value = ''] = part.split('=')
    if (key === 'days') narrowing.days = Number(value)
    else if (key === 'field') narrowing.field = value
    else if (key === 'role') narrowing.role = value.split('|').filter(isRole)
    else if (isNamed(key)) narrowing[key] = value.split('|').map(decodeURIComponent)
  }
  return narrowing
}

/** 「牛排，近 90 天」 */
function narrowingZh({ category, product, role, store, scene, campaign, days }: Narrowing): string {
  return [
    ...(role === undefined ? [] : [`${role.join('或')}商品`]),
    ...[category, product, store, scene, campaign].flatMap((names) => (names === undefined ? [] : [names.join('或')])),
    ...(days === undefined ? [] : [`近 ${days} 天`]),
  ].join('，')
}

/** A fact's shape by its path, narrowed or not; undefined for a path that nobody offers. */
export function shapeAt<Shape extends FactShape>(shapes: readonly Shape[], path: string): Shape | undefined {
  const base = shapes.find((one) => one.path === basePath(path))
  const narrowing = narrowingOf(path)
  if (base === undefined || narrowing === undefined) return base
  const zh = narrowing.field === undefined ? `${base.zh}（${narrowingZh(narrowing)}）` : narrowing.field
  return { ...base, path, zh }
}

/** A fact by its path, narrowed or not; undefined when nobody offers it. */
export function factAt(facts: ReadonlyMap<string, Fact>, path: string): Fact | undefined {
  const base = facts.get(basePath(path))
  const narrowing = narrowingOf(path)
  if (base === undefined || narrowing === undefined) return base
  if (base.narrowed === undefined) return undefined
  const { load, sql } = base.narrowed(narrowing)
  return { ...base, path, load, sql }
}

/** One narrowing as it is written; `faults` in Chinese, by key. */
export function parseNarrowing(
  { zh, narrow = [] }: FactShape,
  written: Record<string, unknown>,
): { narrowing: Narrowing; rest: Record<string, unknown>; faults: { key: NarrowKey; message: string }[] } {
  const narrowing: Writable = {}
  const rest: Record<string, unknown> = {}
  const faults: { key: NarrowKey; message: string }[] = []
  for (const [key, value] of Object.entries(written)) {
    const asked = narrow.find((one) => one === key)
    if (asked === undefined || asked === 'field') rest[key] = value
    else if (asked === 'days') {
      if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_DAYS)
        narrowing.days = value
      else faults.push({ key: asked, message: `「${zh}」的 days 要写天数，1 到 ${MAX_DAYS} 的整数，例如 days: 90` })
    } else {
      const names = namesIn(value)
      if (names === undefined) {
        const { zh: called, example } = NARROW_ZH[asked]
        const how = `例如 ${asked}: ${example}；几个写成列表，最多 ${MAX_NAMES} 个`
        faults.push({ key: asked, message: `「${zh}」的 ${asked} 要写${called}的名字，${how}` })
      } else if (asked === 'role') {
        const odd = names.find((name) => !isRole(name))
        if (odd === undefined) narrowing.role = names.filter(isRole)
        else faults.push({ key: asked, message: `没有「${odd}」这种商品角色，能写的有 ${PRODUCT_ROLES.join('、')}` })
      } else narrowing[asked] = names
    }
  }
  return { narrowing, rest, faults }
}

function namesIn(value: unknown): string[] | undefined {
  const names = Array.isArray(value) ? value : [value]
  const isName = (one: unknown): one is string =>
    typeof one === 'string' && one.trim() !== '' && one.length <= MAX_LENGTH && one.isWellFormed()
  if (names.length === 0 || names.length > MAX_NAMES || !names.every(isName)) return undefined
  return [...new Set(names)].sort()
}
