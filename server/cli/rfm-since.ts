import { shanghaiText } from '../core/kernel/shanghai.ts'

export interface Since {
  fromMs: number
  /** It is later than asked for: names meant something else before. */
  isCut: boolean
}

export const dateText = (atMs: number): string => shanghaiText(atMs).slice(0, 10)

/** From when on groups can be looked at together: as of the instant that is asked for, or since rfm.yaml changed last. */
export const sameNamesSince = (settled: { sinceMs: number } | undefined, askedMs: number): Since => {
  const isCut = settled !== undefined && settled.sinceMs > askedMs
  return { fromMs: isCut ? settled.sinceMs : askedMs, isCut }
}

export const cutText = ({ fromMs, isCut }: Since): string =>
  isCut ? `（${dateText(fromMs)} 换了定义，只数那天以来）` : ''
