import Type from 'typebox'
import { maskPhones } from '../../core/kernel/mask-phones.ts'
import { plainText } from '../../core/kernel/plain-text.ts'

/** `scene`: by which channel it was bought: live, a shared card, the till. `source` is the shop itself. */
export const ORIGIN_PARTS = ['store', 'staff', 'scene', 'campaign'] as const
/** As operators call them. */
export const ORIGIN_ZH = { store: '门店', staff: '店员', scene: '下单渠道', campaign: '店铺活动' } as const
export type OriginPart = (typeof ORIGIN_PARTS)[number]

const LONGEST = 100

/** Where an order came from, in the shop's own words: names or numbers. What is absent was not told. */
export type OrderOrigin = { readonly [Part in OriginPart]?: string }

const Word = Type.Optional(Type.Union([Type.String({ maxLength: LONGEST }), Type.Null()]))
/** Of the body of an order; empty and null are absent, and take nothing away of what was told. */
export const ORIGIN_FIELDS = { store: Word, staff: Word, scene: Word, campaign: Word }

/** Without what is empty; undefined: nothing was told. */
export function originOf(told: { [Part in OriginPart]?: string | null | undefined }): OrderOrigin | undefined {
  const words = ORIGIN_PARTS.flatMap((part) => {
    const word = maskPhones(plainText(told[part] ?? '')).slice(0, LONGEST)
    return word === '' ? [] : [[part, word] as const]
  })
  return words.length === 0 ? undefined : Object.fromEntries(words)
}
