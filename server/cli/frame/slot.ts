import { cliFault } from './cli-fault.ts'

/** One place of a command line: a word that stands by itself, or an option. */
export interface Slot<Value> {
  /** What stands here, in Chinese, for the usage: `SOP`, `天数`. Empty: an option that is only there or not. */
  called: string
  /** One Chinese line: what it means. */
  says: string
  isNeeded: boolean
  isMany: boolean
  /** `written`: what was typed here, in order; `label`: this place's name in messages. Throws cli.wrong-use. */
  read(written: readonly string[], label: string): Value
}

export type Slots = Record<string, Slot<unknown>>
export type ValueOf<One> = One extends Slot<infer Value> ? Value : never
export type ValuesOf<All extends Slots> = { [Name in keyof All]: ValueOf<All[Name]> }

const one = <Value>(called: string, says: string, read: (text: string, label: string) => Value): Slot<Value> => ({
  called,
  says,
  isNeeded: true,
  isMany: false,
  read: (written, label) => read(written[0] ?? '', label),
})

/** Any text. */
export const text = (called: string, says: string): Slot<string> => one(called, says, (written) => written)

/** A whole number within bounds, both included; without `max` as large as one likes. */
export function whole(called: string, says: string, { min, max }: { min: number; max?: number }): Slot<number> {
  const bounds = max === undefined ? `${min} 或更多` : `${min} 到 ${max}`
  return one(called, `${says}（${bounds}）`, (written, label) => {
    const value = /^\d{1,9}$/.test(written.trim()) ? Number(written) : Number.NaN
    if (value >= min && value <= (max ?? value)) return value
    throw cliFault('wrong-use', `${label} 要写整数（${bounds}），不是「${written}」。`)
  })
}

/** A number out of a list: `12` or `#12`. */
export const numbered = (called: string, says: string): Slot<number> =>
  one(called, says, (written, label) => {
    if (/^[#＃]?\d{1,15}$/.test(written)) return Number(written.replace(/^[#＃]/, ''))
    throw cliFault('wrong-use', `${label}要写成数字，例如 12，不是「${written}」。`)
  })

export const oneOf = <const Known extends readonly string[]>(
  called: string,
  says: string,
  known: Known,
): Slot<Known[number]> =>
  one(called, says, (written, label) => {
    const value = known.find((candidate) => candidate === written)
    if (value === undefined) throw cliFault('wrong-use', `${label} 只能是 ${known.join('、')}，不是「${written}」。`)
    return value
  })

/** An option without anything after it. */
export const flag = (says: string): Slot<boolean> => ({
  called: '',
  says,
  isNeeded: false,
  isMany: false,
  read: (written) => written.length > 0,
})

/** May be left out. */
export const optional = <Value>({ read, ...slot }: Slot<Value>): Slot<Value | undefined> => ({
  ...slot,
  isNeeded: false,
  read: (written, label) => (written.length === 0 ? undefined : read(written, label)),
})

/** May be left out, and then means this. */
export const or = <Value extends string | number>(value: Value, { read, says, ...slot }: Slot<Value>): Slot<Value> => ({
  ...slot,
  says: `${says}，默认 ${value}`,
  isNeeded: false,
  read: (written, label) => (written.length === 0 ? value : read(written, label)),
})

/** Any number of them, also none. */
export const many = <Value>({ read, ...slot }: Slot<Value>): Slot<Value[]> => ({
  ...slot,
  isNeeded: false,
  isMany: true,
  read: (written, label) => written.map((text) => read([text], label)),
})
