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
import { sopSlot } from '../find/find-sop.ts'
import { cliFault } from '../frame/cli-fault.ts'
import { type ChangeAnswer, type Desk, defineCommand } from '../frame/command.ts'
import { oneOf, optional, or, text } from '../frame/slot.ts'
import { contentOf, onSop, releaseOf, versionNamed } from './known-sop.ts'
import { standingText } from './release-text.ts'

const WHO = {
  by: optional(text('谁', '记在发布记录里；默认登录的用户名')),
  note: optional(text('为什么', '记在发布记录里')),
}
const INSIDE = ['finish', 'restart', 'leave', 'keepStep'] as const satisfies readonly Inside[]

/** Writes one more line of a journey's log and says what new entrants get from now on. The server notices within a few
 *  seconds. */
function decide(
  desk: Desk,
  asked: { sop: string; by: string | undefined },
  draftOf: (tx: Tx, last: Release) => Promise<ReleaseDraft>,
): Promise<ChangeAnswer> {
  const author = { name: asked.by ?? userInfo().username, source: 'command' as const }
  return onSop(desk, asked.sop, async (tx, sop) => {
    const last = await releaseOf(tx, sop)
    const isWritten = await releaseStore.append(tx, last, await draftOf(tx, last), { atMs: desk.clock.now(), author })
    if (!isWritten) {
      throw cliFault('no', `刚刚有别人也在发布这条 SOP，看过 npm run -s sop -- versions ${sop} 再试一次。`)
    }
    const now = await releaseOf(tx, sop)
    const changed = [{ of: sop, before: standingOf(last), after: standingOf(now) }]
    return { text: `${standingText(now)}\n服务几秒内就会照做。`, data: now, changed }
  })
}

const standingOf = ({ what, stable, canary, fileVersion }: Release) => ({ what, stable, canary, fileVersion })

const insideOf = async (tx: Tx, { sop, fileVersion }: Release): Promise<Inside> =>
  (await contentOf(tx, sop, fileVersion)).inside ?? 'finish'

export const rollbackCommand = defineCommand({
  name: 'rollback',
  audited: 'change',
  scope: 'operate',
  says: '新客户退回这个版本，直到文件再改；里面的人默认走完自己的',
  words: { sop: sopSlot },
  options: {
    to: text('版本', '退回哪个版本：versions 列出的，写前几位就行'),
    inside: or(
      'finish',
      oneOf('里面的人', 'finish 走完自己的，leave 退出，restart 从头来，keepStep 接着走新的', INSIDE),
    ),
    ...WHO,
  },
  run: async ({ sop, to: written, inside, by, note }, desk) =>
    decide(desk, { sop, by }, async (tx, last) => {
      const to = await versionNamed(tx, last.sop, written)
      if (to === last.stable && last.canary === undefined) throw cliFault('no', `现在新客户进的就是 ${to}。`)
      return rollBack(last, to, inside, note)
    }),
})

export const stopCommand = defineCommand({
  name: 'stop',
  audited: 'change',
  scope: 'operate',
  says: '马上停下：没有人再进，里面的人退出，还没有发出的群发撤回',
  words: { sop: sopSlot },
  options: WHO,
  run: async ({ sop, by, note }, desk) =>
    decide(desk, { sop, by }, async (_tx, last) => {
      if (last.what === 'halted') throw cliFault('no', `SOP「${sop}」已经停了。`)
      return halt(last, note)
    }),
})

export const releaseCommand = defineCommand({
  name: 'release',
  audited: 'change',
  scope: 'operate',
  says: '退回或停止灰度以后，把文件里的版本重新放出去',
  words: { sop: sopSlot },
  options: WHO,
  run: async ({ sop, by, note }, desk) =>
    decide(desk, { sop, by }, async (tx, last) => {
      if (!isHeldBack(last)) throw cliFault('no', '文件里的版本没有被留住，不用放。')
      return releaseAgain(last, await insideOf(tx, last), note, desk.clock.now())
    }),
})

export const promoteCommand = defineCommand({
  name: 'promote',
  audited: 'change',
  scope: 'operate',
  says: '灰度的版本转为全量（在文件里删掉 rollout 也一样）',
  words: { sop: sopSlot },
  options: WHO,
  run: async ({ sop, by, note }, desk) =>
    decide(desk, { sop, by }, async (tx, last) => {
      if (last.canary === undefined) throw cliFault('no', '现在没有灰度中的版本。')
      return promote(last, last.canary, await insideOf(tx, last), note)
    }),
})
