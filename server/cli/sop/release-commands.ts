import { userInfo } from 'node:os'
import type { Tx } from '../../core/db/tx.ts'
import {
  halt,
  type Inside,
  isHeldBack,
  promote,
  type Release,
  type ReleaseDraft,
  releaseAgain,
  rollBack,
} from '../../rules/release/release.ts'
import { releaseStore } from '../../rules/release/release-store.ts'
import { contentOf, releaseOf, versionNamed } from './known-sop.ts'
import { readWords, wrongUse } from './read-words.ts'
import { standingText } from './release-text.ts'
import type { SopCliDeps, SopCommand } from './sop-command.ts'

const WHO = { by: { type: 'string' }, note: { type: 'string' } } as const
const INSIDE: readonly Inside[] = ['finish', 'restart', 'leave', 'keepStep']

/** Writes one more line of a journey's log and says what new entrants get from now on. The server notices within a few
 *  seconds. */
async function decide(
  { db, clock }: SopCliDeps,
  { sop, by }: { sop: string; by: string | undefined },
  draftOf: (tx: Tx, last: Release) => Promise<ReleaseDraft>,
): ReturnType<SopCommand['run']> {
  const author = { name: by ?? userInfo().username, source: 'command' as const }
  return db().tx(async (tx) => {
    const last = await releaseOf(tx, sop)
    const isWritten = await releaseStore.append(tx, last, await draftOf(tx, last), { atMs: clock.now(), author })
    if (!isWritten) return { code: 1, out: '', err: '刚刚有别人也在发布这条 SOP，请看过 versions 再试一次。' }
    return { code: 0, out: `${standingText(await releaseOf(tx, sop))}\n服务几秒内就会照做。`, err: '' }
  })
}

const insideOf = async (tx: Tx, { sop, fileVersion }: Release): Promise<Inside> =>
  (await contentOf(tx, sop, fileVersion)).inside ?? 'finish'

export const rollbackCommand: SopCommand = {
  usage: 'rollback <SOP> --to <版本> [--inside leave|restart|keepStep] [--by 谁] [--note 为什么]',
  says: '新客户退回这个版本，直到文件再改；里面的人默认走完自己的',
  run: async (words, deps) => {
    const options = { ...WHO, to: { type: 'string' }, inside: { type: 'string' } } as const
    const { given, values } = readWords(words, { options, names: ['SOP 的编号'], least: 1 })
    const [sop = ''] = given
    const { to: written, note } = values
    if (written === undefined) throw wrongUse('没有写 --to <版本>。')
    const inside = INSIDE.find((one) => one === (values.inside ?? 'finish'))
    if (inside === undefined) throw wrongUse(`--inside 只能是 ${INSIDE.join('、')}。`)
    return decide(deps, { sop, by: values.by }, async (tx, last) => {
      const to = await versionNamed(tx, sop, written)
      if (to === last.stable && last.canary === undefined) throw wrongUse(`现在新客户进的就是 ${to}。`)
      return rollBack(last, to, inside, note)
    })
  },
}

export const stopCommand: SopCommand = {
  usage: 'stop <SOP> [--by 谁] [--note 为什么]',
  says: '马上停下：没有人再进，里面的人退出，还没有发出的群发撤回',
  run: async (words, deps) => {
    const { given, values } = readWords(words, { options: WHO, names: ['SOP 的编号'], least: 1 })
    const [sop = ''] = given
    return decide(deps, { sop, by: values.by }, async (_tx, last) => {
      if (last.what === 'halted') throw wrongUse(`SOP「${sop}」已经停了。`)
      return halt(last, values.note)
    })
  },
}

export const releaseCommand: SopCommand = {
  usage: 'release <SOP> [--by 谁] [--note 为什么]',
  says: '退回或停止灰度以后，把文件里的版本重新放出去',
  run: async (words, deps) => {
    const { given, values } = readWords(words, { options: WHO, names: ['SOP 的编号'], least: 1 })
    const [sop = ''] = given
    return decide(deps, { sop, by: values.by }, async (tx, last) => {
      if (!isHeldBack(last)) throw wrongUse('文件里的版本没有被留住，不用放。')
      return releaseAgain(last, await insideOf(tx, last), values.note, deps.clock.now())
    })
  },
}

export const promoteCommand: SopCommand = {
  usage: 'promote <SOP> [--by 谁] [--note 为什么]',
  says: '灰度的版本转为全量（在文件里删掉 rollout 也一样）',
  run: async (words, deps) => {
    const { given, values } = readWords(words, { options: WHO, names: ['SOP 的编号'], least: 1 })
    const [sop = ''] = given
    return decide(deps, { sop, by: values.by }, async (tx, last) => {
      if (last.canary === undefined) throw wrongUse('现在没有灰度中的版本。')
      return promote(last, last.canary, await insideOf(tx, last), values.note)
    })
  },
}
