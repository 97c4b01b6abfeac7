import { refuse } from './refusal.ts'

/** One declared parameter. `T` is what a handler gets. */
export interface Param<T> {
  read(value: unknown, name: string): T
  /** Set when the parameter must be given: the errcode of its absence. */
  missing?: number
}
export type Shape = Record<string, Param<unknown>>
export type Params<S extends Shape> = { [K in keyof S]: S[K] extends Param<infer T> ? T : never }

interface TextLimits {
  /** Longest, in characters (code points). */
  chars?: number
  /** Longest, in UTF-8 bytes. */
  bytes?: number
  /** Errcode when too long. */
  tooLong?: number
}
interface ListLimits {
  max?: number
  tooMany?: number
}

const wrong = (name: string): never => refuse(40058, `invalid parameter ${name}`)
const isGiven = (value: unknown): boolean => value !== undefined && value !== null

/** An optional parameter: absent and null read as undefined. */
const optional = <T>(parse: (value: unknown, name: string) => T): Param<T | undefined> => ({
  read: (value, name) => (isGiven(value) ? parse(value, name) : undefined),
})

export const text = (limits: TextLimits = {}): Param<string | undefined> =>
  optional((value, name) => {
    if (typeof value !== 'string') return wrong(name)
    const tooLong =
      (limits.bytes !== undefined && Buffer.byteLength(value) > limits.bytes) ||
      (limits.chars !== undefined && [...value].length > limits.chars)
    return tooLong ? refuse(limits.tooLong ?? 40058, `${name} too long`) : value
  })

/** A whole number; digits as text are accepted, as in a query. */
export const int = (bounds: { min?: number; max?: number; outside?: number } = {}): Param<number | undefined> =>
  optional((value, name) => {
    const n = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
    if (typeof n !== 'number' || !Number.isInteger(n)) return wrong(name)
    const outside = n < (bounds.min ?? -Infinity) || n > (bounds.max ?? Infinity)
    return outside ? refuse(bounds.outside ?? 40058, `${name} out of range`) : n
  })

export const bool = (): Param<boolean | undefined> =>
  optional((value, name) => (typeof value === 'boolean' ? value : wrong(name)))

const list = <T>(parse: (item: unknown, name: string) => T, limits: ListLimits): Param<T[] | undefined> =>
  optional((value, name) => {
    if (!Array.isArray(value)) return wrong(name)
    if (limits.max !== undefined && value.length > limits.max) refuse(limits.tooMany ?? 40058, `too many ${name}`)
    return value.map((item) => parse(item, name))
  })

export const texts = (limits: ListLimits = {}): Param<string[] | undefined> =>
  list((item, name) => (typeof item === 'string' ? item : wrong(name)), limits)

export const ints = (limits: ListLimits = {}): Param<number[] | undefined> =>
  list((item, name) => (typeof item === 'number' && Number.isInteger(item) ? item : wrong(name)), limits)

export const objects = <S extends Shape>(shape: S, limits: ListLimits = {}): Param<Params<S>[] | undefined> =>
  list((item, name) => readShape(shape, item, name), limits)

export const object = <S extends Shape>(shape: S): Param<Params<S> | undefined> =>
  optional((value, name) => readShape(shape, value, name))

/** Must be given and not empty; `missing`: the errcode otherwise. */
export const need = <T>(param: Param<T | undefined>, missing = 40058): Param<T> => ({
  missing,
  read: (value, name) => {
    const isEmpty = !isGiven(value) || value === '' || (Array.isArray(value) && value.length === 0)
    if (isEmpty) refuse(missing, `missing parameter ${name}`)
    return param.read(value, name) as T // a given value never reads as undefined
  },
})

export function readShape<S extends Shape>(shape: S, value: unknown, name = 'body'): Params<S> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong(name)
  const given = value as Record<string, unknown> // an object, just checked
  const out: Record<string, unknown> = {}
  for (const [key, param] of Object.entries(shape)) out[key] = param.read(given[key], key)
  return out as Params<S> // built key by key from the shape
}
