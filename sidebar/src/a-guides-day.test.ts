import { afterEach, expect, test, vi } from 'vitest'
import { aTask, NOW_MS } from './testing/fixtures.ts'
import { closeSidebars, fakeChat, openSidebar } from './testing/open-sidebar.ts'
import { article, button, buttonIn, link, submitButton, click as touch, type } from './testing/screen.ts'

/** What a guide does in a day, over the real pages: how often a thumb comes down for each. Words typed are no taps. */

afterEach(closeSidebars)

let taps = 0
const tap = async (element: HTMLElement): Promise<void> => {
  taps += 1
  await touch(element)
}
/** The taps of each, all the same work done once for every customer. */
async function counted(
  times: number,
  work: (n: number) => Promise<void>,
  between: (n: number) => Promise<void>,
): Promise<number[]> {
  const each = []
  for (let n = 0; n < times; n++) {
    await between(n)
    taps = 0
    await work(n)
    each.push(taps)
  }
  return each
}
const all = (times: number, of: number): number[] => Array.from({ length: times }, () => of)

const CALL = '首单回访：问问煎得怎么样'
const INVITE = '邀请孙瑶进付费群'

test('20 tags, 5 remarks, 10 notes, 30 sends, 5 to-dos and 3 invitations: how many taps each', async () => {
  vi.useFakeTimers({ now: NOW_MS })
  const chat = fakeChat('wm-start')
  const tasks = async (id: string) => ({
    tasks: [
      aTask({ id: `${id} 40`, title: CALL, asksForMessage: false, script: null, invitation: null }),
      aTask({ id: `${id} 52`, title: INVITE }),
    ],
  })
  const { api } = await openSidebar({ chat, api: { tasks } })
  const meet = (what: string) => (n: number) => chat.switchTo(`wm-${what}-${n}`)
  const who = (name: 'changeTags' | 'changeRemark' | 'writeNote' | 'finishTask') =>
    vi.mocked(api[name]).mock.calls.map(([id]) => id)
  const people = (what: string, times: number) => Array.from({ length: times }, (_, n) => `wm-${what}-${n}`)

  // Another chat closes the sheet.
  const tags = await counted(
    20,
    async () => {
      await tap(button('标签'))
      await tap(button('有嚼劲'))
    },
    meet('tag'),
  )
  expect([tags, who('changeTags')]).toEqual([all(20, 2), people('tag', 20)])

  const remarks = await counted(
    5,
    async (n) => {
      await tap(button(/改备注/))
      await type('备注', `王姐 ${n}`)
      await tap(submitButton('改备注'))
    },
    meet('remark'),
  )
  expect([remarks, who('changeRemark')]).toEqual([all(5, 2), people('remark', 5)])

  const notes = await counted(
    10,
    async (n) => {
      await tap(button('记一笔'))
      await type('要记的话', `家里有烤箱 ${n}`)
      await tap(submitButton('记一笔'))
    },
    meet('note'),
  )
  expect([notes, who('writeNote')]).toEqual([all(10, 2), people('note', 10)])

  const proposed = await counted(15, () => tap(buttonIn(article('到货后教解冻'), '发送')), meet('send'))
  const looked = await counted(
    15,
    async () => {
      await tap(link('话术'))
      await type('搜话术', '解冻')
      await vi.advanceTimersByTimeAsync(500)
      await tap(buttonIn(article(/解冻/), '发送'))
    },
    async (n) => {
      await meet('look')(n)
      await touch(link(/^下一步/))
    },
  )
  expect([proposed, looked, chat.sent.length]).toEqual([all(15, 1), all(15, 2), 30])

  await touch(link(/^下一步/))
  const done = await counted(5, () => tap(buttonIn(article(CALL), '完成')), meet('done'))
  await vi.advanceTimersByTimeAsync(10_000)
  expect([done, who('finishTask')]).toEqual([all(5, 1), people('done', 5)])

  const invited = await counted(3, () => tap(buttonIn(article(INVITE), '发邀请')), meet('invite'))
  // Words and the code of the group.
  expect([invited, chat.sent.length]).toEqual([all(3, 1), 30 + 3 * 2])
})
