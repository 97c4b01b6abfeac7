import type { Tx } from '../core/db/tx.ts'
import { shanghaiText } from '../core/kernel/shanghai.ts'
import type { DeadLetter } from '../engine/actions/dead-letters.ts'
import { errorCode } from '../platform/wecom/error-codes/error-codes.ts'
import { customerQueries } from '../records/customers/customer-queries.ts'
import { actionKindText } from './action-kind-text.ts'
import { type GuideNames, guideNames, guideText } from './find/guide-names.ts'

export interface LetterNames {
  guides: GuideNames
  /** By external_userid. */
  customers: ReadonlyMap<string, string>
}

export async function letterNames(tx: Tx, letters: readonly DeadLetter[]): Promise<LetterNames> {
  const ids = [...new Set(letters.flatMap(({ externalUserId }) => externalUserId ?? []))]
  return { guides: await guideNames(tx), customers: await customerQueries.namesOf(tx, ids) }
}

/** By which it is tried again: `A12`, `E7`. */
export const letterNumber = ({ kind, id }: DeadLetter): string => `${kind === 'action' ? 'A' : 'E'}${id}`

const customerText = ({ customers }: LetterNames, id: string): string => {
  const name = customers.get(id)
  return name === undefined ? id : `${name}（${id}）`
}

export function letterText(letter: DeadLetter, names: LetterNames): string {
  const { externalUserId, userId, errcode, lastError, what, diedAtMs, attempts } = letter
  const meaning = errcode === undefined ? undefined : errorCode(errcode)
  const why = meaning === undefined ? lastError : `${errcode} ${meaning.zh}。${meaning.todo ?? meaning.advice ?? ''}`
  const head = [
    letterNumber(letter),
    actionKindText(what),
    ...(externalUserId === undefined ? [] : [`客户 ${customerText(names, externalUserId)}`]),
    ...(userId === undefined ? [] : [`导购 ${guideText(names.guides, userId)}`]),
    shanghaiText(diedAtMs),
  ]
  return `${head.join('  ')}\n    试了 ${attempts} 次：${why}`
}

export const LETTER_HEADER = ['编号', '动作', '客户', '客户昵称', '导购', '时间', '错误码', '原因']

export const letterCells = (letter: DeadLetter, names: LetterNames): (string | number | null)[] => [
  letterNumber(letter),
  actionKindText(letter.what),
  letter.externalUserId ?? null,
  names.customers.get(letter.externalUserId ?? '') ?? null,
  letter.userId === undefined ? null : (names.guides.get(letter.userId) ?? letter.userId),
  shanghaiText(letter.diedAtMs),
  letter.errcode ?? null,
  letter.errcode === undefined ? letter.lastError : errorCode(letter.errcode).zh,
]
