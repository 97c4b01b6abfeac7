import { didYouMean } from '../../rules/condition/did-you-mean.ts'
import { cliFault } from '../frame/cli-fault.ts'

/** The one of this name. Throws `no` with the near one, or with those there are; `kind`: what they are, in Chinese;
 *  `where`: the folder to write one in. */
export function findNamed<Of>(
  all: ReadonlyMap<string, Of>,
  written: string,
  { kind, where }: { kind: string; where: string },
): Of {
  const found = all.get(written.trim())
  if (found !== undefined) return found
  const meant = didYouMean(written, all.keys())
  const known = [...all.keys()].map((one) => `「${one}」`).join('、')
  const next = meant !== undefined ? `是不是「${meant}」？` : known === '' ? `在 ${where} 里写一个。` : `有：${known}`
  throw cliFault('no', `没有叫「${written.trim()}」的${kind}。${next}`)
}
