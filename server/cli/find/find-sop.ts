import type { Tx } from '../../core/db/tx.ts'
import type { RuleBook } from '../../rules/book/rule-book.ts'
import { didYouMean } from '../../rules/condition/did-you-mean.ts'
import { releaseStore } from '../../rules/release/release-store.ts'
import type { SopRule } from '../../rules/schema/sop-rule.ts'
import { ruleVersion } from '../../rules/versions/rule-version-store.ts'
import { cliFault } from '../frame/cli-fault.ts'
import { text } from '../frame/slot.ts'

/** How every command is told an SOP. */
export const sopSlot = text('SOP', '编号、名称或文件名，例如 新客首单')

/** What an SOP may be called by. */
interface Called {
  sop: string
  /** Its Chinese name and that of its file, as far as known. */
  names: readonly string[]
}

const ofBook = (book: RuleBook | undefined): Called[] =>
  [...(book?.sops.values() ?? [])].map(({ name, title, file }) => ({
    sop: name,
    names: [title, fileNameOf(file)],
  }))

const fileNameOf = (file: string): string => file.replace(/^.*[\\/]/, '').replace(/\.ya?ml$/, '')

/** The id of the SOP that is called so in these rules. Throws `no` with those there are. */
export const sopInBook = (book: RuleBook, written: string): string => choose(ofBook(book), written)

/** The same for what the server ever had in force, its file gone or not; `book`: the rules now, which know the files. */
export async function sopReleased(tx: Tx, written: string, book: RuleBook | undefined): Promise<string> {
  const files = new Map(ofBook(book).map(({ sop, names }) => [sop, names]))
  const known: Called[] = []
  for (const [sop, { fileVersion }] of await releaseStore.latest(tx)) {
    const title = (await ruleVersion<SopRule>(tx, 'sop', sop, fileVersion))?.name
    known.push({ sop, names: [...(title === undefined ? [] : [title]), ...(files.get(sop) ?? [])] })
  }
  if (known.length === 0) throw cliFault('no', '服务还没有用过任何 SOP：先启动服务。')
  return choose(known, written)
}

function choose(known: readonly Called[], written: string): string {
  const wanted = written
    .trim()
    .replace(/^.*[\\/](?=.)/, '')
    .replace(/\.ya?ml$/, '')
  const byId = known.find(({ sop }) => sop === wanted)
  if (byId !== undefined) return byId.sop
  const named = known.filter(({ names }) => names.includes(wanted))
  if (named.length === 1 && named[0] !== undefined) return named[0].sop
  const listed = (of: readonly Called[]): string =>
    of.map(({ sop, names }) => (names[0] === undefined ? sop : `${names[0]}（${sop}）`)).join('、')
  if (named.length > 1) throw cliFault('no', `叫「${wanted}」的 SOP 不止一个，请写编号：${listed(named)}。`)
  const meant = didYouMean(
    wanted,
    known.flatMap(({ sop, names }) => [sop, ...names]),
  )
  const close = known.filter(({ sop, names }) => meant !== undefined && (sop === meant || names.includes(meant)))
  if (close.length > 0) throw cliFault('no', `没有叫「${wanted}」的 SOP。是不是 ${listed(close)}？`)
  throw cliFault(
    'no',
    `没有叫「${wanted}」的 SOP。${known.length === 0 ? '规则里还没有 SOP。' : `有：${listed(known)}。`}`,
  )
}
