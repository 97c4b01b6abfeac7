import { afterEach, expect, it } from 'vitest'
import { set, sql } from '../core/db/sql.ts'
import { MINUTE_MS } from '../core/kernel/shanghai.ts'
import { steakLadder } from '../operations/tiers/testing/steak-ladder.ts'
import { openTierScene, type TierScene } from '../operations/tiers/testing/tier-scene.ts'
import { FOLLOW_TAG } from '../records/tags/tag-tables.ts'
import { runCommand } from '../testing/run-command.ts'
import { tiersProgram } from './tiers.ts'

let t: TierScene
afterEach(() => t.close())

const tagId = async (path: string): Promise<string> =>
  (await t.rawRows<{ tag_id: string }>('SELECT tag_id FROM corp_tag WHERE path = ?', [path]))[0]?.tag_id ?? ''
const alerts = async (): Promise<string[]> =>
  (await t.db.tx((tx) => t.huoshui.alerts.queries.open(tx)))
    .filter(({ key }) => key.startsWith('tiers.double-tags'))
    .map(({ text }) => text)

/** On level A, with the tag of level S as well, which somebody has put on in WeCom. */
async function doubled(): Promise<string> {
  const id = await t.customer()
  await t.order(id, `o-${id}`, 2_000)
  await t.sandbox.editTags({ userId: 'zhangsan', externalUserId: id, add: [await tagId('分层/S')] })
  for (let round = 0; round < 3; round++) await t.advance(1_000)
  expect(await t.tagsOf(id)).toEqual(['分层/A', '分层/S'])
  return id
}

it('a second tag of a ladder that a rule left behind goes in the night; one put on by hand is told of, and goes when told to', async () => {
  t = await openTierScene({ 'tiers/分层.yaml': steakLadder() })
  const [byHand, byRule, single] = [await doubled(), await doubled(), await t.customer()]
  await t.sandbox.editTags({ userId: 'zhangsan', externalUserId: single, add: [await tagId('分层/S')] })
  await t.db.tx((tx) =>
    tx.run(
      sql`UPDATE ${FOLLOW_TAG} SET ${set(FOLLOW_TAG, { set_by: 'rule' })} WHERE ${FOLLOW_TAG.external_userid} = ${byRule}`,
    ),
  )
  await t.nights(1)
  await t.settle()
  expect(await t.tagsOf(byRule)).toEqual(['分层/A'])
  expect(await t.tagsOf(byHand)).toEqual(['分层/A', '分层/S'])
  // On no level with a tag: what was put on says something the ladder does not.
  expect(await t.tagsOf(single)).toEqual(['分层/S'])
  expect(await alerts()).toEqual(['「分层」有 1 位客户带着两级的标签，其中一个是人工打的：按标签写的规则会算错'])
  const marks = t.sandbox.calls('mark_tag').length
  await t.nights(1)
  expect(t.sandbox.calls('mark_tag')).toHaveLength(marks)

  expect(await runCommand(tiersProgram, ['tidy', '分层'], t)).toMatchObject({
    code: 0,
    out: '会摘下 1 个标签；时间线上有记录。',
  })
  await t.advance(MINUTE_MS)
  expect(await t.tagsOf(byHand)).toEqual(['分层/A'])
  expect(await t.tagsOf(single)).toEqual(['分层/S'])
  expect(await t.timelineOf(byHand, 'tag.changed')).toContain('移除标签 分层/S')
  expect((await runCommand(tiersProgram, ['tidy', '分层'], t)).out).toBe('「分层」没有要摘的标签。')
  await t.nights(1)
  expect(await alerts()).toEqual([])
})
