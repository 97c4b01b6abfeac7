import { flushPromises } from '@vue/test-utils'
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { shallowRef } from 'vue'
import type { CustomerTag, TagChange } from '../../../server/sidebar-api/contract.ts'
import { ApiError } from '../api/api-error.ts'
import { aProfile, tagGroups } from '../testing/fixtures.ts'
import { closeSidebars, fakeChat, openSidebar } from '../testing/open-sidebar.ts'
import { button, buttonIn, click, screenText, sheet, sheets, type } from '../testing/screen.ts'
import { toneOfGroup, toneOfTag } from './tone-of-group.ts'

afterEach(closeSidebars)

const tag = (name: string): CustomerTag => ({ name, byHand: false, setBy: '规则自动打上', setAtMs: null, why: null })

/** A customer whose tags the test moves while the page is open; what is saved is done at once. */
async function openWith(...names: string[]) {
  const now = shallowRef<ReadonlySet<string>>(new Set(names))
  const saved: TagChange[] = []
  let version = 0
  const shown = () => ({ ...aProfile({ tags: [...now.value].map(tag) }), version: `v${version}` })
  await openSidebar({
    api: {
      profile: async () => shown(),
      version: async () => ({ version: `v${version}` }),
      changeTags: async (_id, change) => {
        saved.push(change)
        now.value = new Set([...now.value, ...change.add].filter((name) => !change.remove.includes(name)))
        version += 1
        return { ok: true }
      },
    },
  })
  return {
    saved,
    tags: () => [...now.value].sort(),
    /** Rules, colleagues, a second window. */
    others: async (add: string[], remove: string[]) => {
      now.value = new Set([...now.value, ...add].filter((name) => !remove.includes(name)))
      version += 1
      // The page looks at once when it is seen again.
      document.dispatchEvent(new Event('visibilitychange'))
      await flushPromises()
    },
  }
}
const open = () => click(button(/^标签/))
const options = (name: string) =>
  [...sheet('改标签').querySelectorAll<HTMLButtonElement>('[role=checkbox]')].filter(
    (one) => one.textContent?.trim() === name,
  )
const option = (name: string) => options(name)[0] as HTMLButtonElement
const tick = (name: string) => click(option(name))
/** Whether it is chosen, and what is said of it. */
const stateOf = (name: string) => {
  const told = option(name).getAttribute('aria-describedby')
  return [option(name).getAttribute('aria-checked'), told === null ? '' : document.getElementById(told)?.textContent]
}
const WAITS_FOR_WECOM = '已经提交，等企业微信确认'
const AWAY = new ApiError(0, 'network', '连不上服务器')
/** What was sent, in its order. */
const sentBy = (api: { changeTags: unknown }) =>
  vi
    .mocked(api.changeTags as (id: string, change: TagChange) => void)
    .mock.calls.map(([id, { add, remove }]) => [
      id,
      ...add.map((name) => `+${name}`),
      ...remove.map((name) => `-${name}`),
    ])
/** A server that answers when it is told to. */
function slowServer() {
  const answers: ((error?: ApiError) => Promise<void>)[] = []
  const changeTags = () =>
    new Promise<{ ok: true }>((resolve, reject) => {
      answers.push(async (error) => {
        if (error === undefined) resolve({ ok: true })
        else reject(error)
        await flushPromises()
      })
    })
  return { changeTags, answer: (error?: ApiError) => (answers.shift() as (typeof answers)[0])(error) }
}

test('a rule moves tags while the sheet is open: it is told, nothing lights up, and only what was tapped is sent', async () => {
  const customer = await openWith('来源/包裹卡', '生命周期/新客')
  await open()
  await customer.others(['生命周期/首购'], ['生命周期/新客'])
  expect(screenText()).toContain('刚刚有变化：打上了 首购，去掉了 新客')
  expect([customer.saved, stateOf('首购'), stateOf('新客')]).toEqual([[], ['true', ''], ['false', '']])
  await tick('有嚼劲')
  expect(customer.saved).toMatchObject([{ add: ['口味/有嚼劲'], remove: [] }])
  expect(customer.tags()).toEqual(['来源/包裹卡', '生命周期/首购', '口味/有嚼劲'].sort())
})

test('a tap goes at once and shows that it is on its way, tapped again it is taken back, and neither is somebody else’s doing', async () => {
  const customer = await openWith('意向/高')
  await open()
  await tick('黑椒')
  expect([customer.tags(), stateOf('黑椒')]).toEqual([
    ['口味/黑椒', '意向/高'],
    ['true', WAITS_FOR_WECOM],
  ])
  await tick('高')
  expect([customer.tags(), stateOf('高')]).toEqual([['口味/黑椒'], ['false', WAITS_FOR_WECOM]])
  // Seen again with what came of it, and a rule’s beside it.
  await customer.others(['生命周期/首购'], [])
  expect([stateOf('黑椒'), stateOf('高')]).toEqual([
    ['true', ''],
    ['false', ''],
  ])
  expect(screenText()).toContain('刚刚有变化：打上了 首购')
  expect(screenText()).not.toMatch(/刚刚有变化：[^口]*(黑椒|高)/)
  await tick('黑椒')
  expect(customer.tags()).toEqual(['生命周期/首购'])
  // What others undo of it is told.
  await customer.others([], ['生命周期/首购'])
  expect(screenText()).not.toContain('刚刚有变化')
  await customer.others(['口味/黑椒'], [])
  expect(stateOf('黑椒')[0]).toBe('true')
})

test('what others take off again of what the guide has put on is told', async () => {
  const customer = await openWith('意向/高')
  await open()
  await tick('黑椒')
  await customer.others([], [])
  expect(screenText()).not.toContain('刚刚有变化')
  await customer.others([], ['口味/黑椒'])
  expect(screenText()).toContain('刚刚有变化：去掉了 黑椒')
})

test('taps faster than the server: one change each, one behind the other, and one tag twice ends as it was tapped last', async () => {
  const server = slowServer()
  const { api } = await openSidebar({ api: { changeTags: server.changeTags } })
  await open()
  for (const name of ['嫩', '高', '嫩', '中', '原味']) option(name).click()
  await flushPromises()
  expect(sentBy(api)).toEqual([['wm-sunyao', '+口味/嫩']])
  expect([stateOf('嫩')[0], stateOf('高'), stateOf('原味')]).toEqual([
    'false',
    ['true', WAITS_FOR_WECOM],
    ['true', WAITS_FOR_WECOM],
  ])
  for (let nth = 0; nth < 5; nth++) await server.answer()
  expect(sentBy(api).map(([, what]) => what)).toEqual(['+口味/嫩', '+意向/高', '-口味/嫩', '+意向/中', '+口味/原味'])
  expect([stateOf('嫩')[0], stateOf('高')[0], stateOf('中')[0], stateOf('原味')[0]]).toEqual([
    'false',
    'true',
    'true',
    'true',
  ])
})

test('a tap that is refused springs back, with the server’s sentence in the sheet and at the tag; the others stay', async () => {
  const server = slowServer()
  await openSidebar({ api: { changeTags: server.changeTags } })
  await open()
  for (const name of ['嫩', '原味']) option(name).click()
  const why = '没有「口味/嫩」这个标签，可能刚被改名或删除，请重新打开标签再选。'
  await server.answer(new ApiError(400, 'sidebar.unknown-tag', why))
  expect([stateOf('嫩'), stateOf('原味')[0]]).toEqual([['false', why], 'true'])
  expect(screenText()).not.toContain('刚刚有变化')
  // Said once: where the guide looks.
  expect(screenText().split(why)).toHaveLength(2)
  await server.answer()
  expect(stateOf('嫩')).toEqual(['false', why])
  await tick('中')
  expect(stateOf('嫩')).toEqual(['false', ''])
})

test('one that is refused after the sheet was closed is told all the same, and is no news when it is opened again', async () => {
  const server = slowServer()
  await openSidebar({ api: { changeTags: server.changeTags } })
  await open()
  await tick('嫩')
  await click(buttonIn(sheet('改标签'), '完成'))
  await server.answer(new ApiError(409, 'sidebar.kept-by-rule', '「口味/嫩」由规则打上和去掉。'))
  expect(screenText()).toContain('「口味/嫩」由规则打上和去掉。')
  await open()
  expect(stateOf('嫩')).toEqual(['false', ''])
})

test('without a network taps wait, which is said in the sheet, and leave in their order; one that is refused then springs back', async () => {
  const changeTags = vi.fn().mockRejectedValueOnce(AWAY).mockRejectedValueOnce(AWAY).mockRejectedValueOnce(AWAY)
  const { api } = await openSidebar({ api: { changeTags } })
  await open()
  await tick('嫩')
  await tick('原味')
  await tick('嫩')
  expect([stateOf('嫩'), stateOf('原味')]).toEqual([
    ['false', '没有网络，已记下，恢复后自动保存'],
    ['true', '没有网络，已记下，恢复后自动保存'],
  ])
  changeTags.mockReset().mockImplementation(async (_id, { add }: TagChange) => {
    if (add.includes('口味/原味')) throw new ApiError(400, 'sidebar.unknown-tag', '没有「口味/原味」这个标签')
    return { ok: true }
  })
  window.dispatchEvent(new Event('online'))
  await flushPromises()
  expect(sentBy(api)).toEqual([
    ['wm-sunyao', '+口味/嫩'],
    ['wm-sunyao', '+口味/原味'],
    ['wm-sunyao', '-口味/嫩'],
  ])
  expect([stateOf('嫩')[0], stateOf('原味')]).toEqual(['false', ['false', '没有「口味/原味」这个标签']])
  expect(screenText()).not.toContain('刚刚有变化')
})

test('another chat while taps are on their way: each is the customer’s for whom it was tapped, and a refusal says whose it was', async () => {
  const server = slowServer()
  const chat = fakeChat('wm-a')
  const { api } = await openSidebar({ chat, api: { changeTags: server.changeTags } })
  await open()
  for (const name of ['嫩', '原味']) option(name).click()
  await chat.switchTo('wm-b')
  expect(sheets()).toEqual([])
  await server.answer()
  expect(sentBy(api)).toEqual([
    ['wm-a', '+口味/嫩'],
    ['wm-a', '+口味/原味'],
  ])
  await server.answer(new ApiError(400, 'sidebar.unknown-tag', '没有这个标签'))
  expect(screenText()).toContain('孙瑶的标签没有保存：没有这个标签')
  const chips = [...document.querySelectorAll('ul[aria-label=标签] button')].map((chip) => chip.textContent)
  expect(chips).toEqual(['包裹卡', 'A 类', '厚切', '黑椒', '首购'])
})

test.each<[string, () => Promise<void>]>([
  ['完成', () => click(buttonIn(sheet('改标签'), '完成'))],
  ['a tap beside it', () => click(sheet('改标签').parentElement as HTMLElement)],
  [
    'Escape',
    async () => {
      option('黑椒').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))
      await flushPromises()
    },
  ],
])('%s closes the sheet, and what was tapped stays tapped', async (_what, close) => {
  const customer = await openWith('意向/高')
  await open()
  await tick('黑椒')
  await close()
  await vi.waitFor(() => expect(sheets()).toEqual([]))
  await open()
  expect([stateOf('黑椒')[0], customer.saved.length]).toEqual(['true', 1])
  expect(screenText()).not.toContain('刚刚有变化')
})

test('two hundred tags are searched by their own name or their group’s; a few are not', async () => {
  const many = {
    groups: [...tagGroups().groups, { group: '尺码', names: Array.from({ length: 200 }, (_, n) => `${n} 码`) }],
  }
  await openSidebar({ api: { tagGroups: async () => many } })
  await open()
  const shown = () => [...sheet('改标签').querySelectorAll('[role=checkbox]')].map((one) => one.textContent?.trim())
  expect(shown()).toHaveLength(217)
  await type('找标签', ' 黑椒 ')
  expect(shown()).toEqual(['黑椒'])
  await type('找标签', '意向')
  expect(shown()).toEqual(['高', '中', '低', '等活动'])
  await type('找标签', '没有的')
  expect(screenText()).toContain('没有叫「没有的」的标签')
  await type('找标签', '')
  expect(shown()).toHaveLength(217)
  closeSidebars()
  await openSidebar()
  await open()
  expect(sheet('改标签').querySelector('input')).toBeNull()
})

test('what rules keep cannot be tapped, and why stands beside it', async () => {
  const why = '由「分层」按条件打上和去掉，人不用改；不对的话请告诉运营'
  const groups = tagGroups().groups.map((one) =>
    one.group === '分层' ? { ...one, locked: one.names.map((name) => ({ name, why })) } : one,
  )
  const { api } = await openSidebar({ api: { tagGroups: async () => ({ groups }) } })
  await open()
  const kept = () =>
    [...sheet('改标签').querySelectorAll<HTMLButtonElement>('[role=checkbox]')].filter((one) => one.disabled)
  expect(kept().map((one) => one.textContent?.trim())).toEqual(['S 类', 'A 类', 'B 类', 'C 类'])
  expect(screenText()).toContain(why)
  await tick('S 类')
  expect(api.changeTags).not.toHaveBeenCalled()
})

test('what rules keep and a person put on can be tapped off, and it is told which it is', async () => {
  const why = '由「分层」按条件打上和去掉，人不用改；不对的话请告诉运营'
  const groups = tagGroups().groups.map((one) =>
    one.group === '分层' ? { ...one, locked: one.names.map((name) => ({ name, why })) } : one,
  )
  const tags = [{ ...tag('分层/S 类'), byHand: true }, tag('分层/A 类')]
  const { api } = await openSidebar({
    api: { profile: async () => aProfile({ tags }), tagGroups: async () => ({ groups }) },
  })
  await open()
  expect(screenText()).toContain(`${why}。「S 类」是手动打上的，规则不会去掉，可以点一下去掉`)
  await tick('A 类')
  expect(api.changeTags).not.toHaveBeenCalled()
  await tick('S 类')
  expect(sentBy(api)).toEqual([['wm-sunyao', '-分层/S 类']])
  // Off, it is the rule’s alone.
  await tick('S 类')
  expect(sentBy(api)).toHaveLength(1)
})

test('among many tags those put on last stand first; what was refused or taken off is not among them', async () => {
  const many = {
    groups: [...tagGroups().groups, { group: '尺码', names: Array.from({ length: 200 }, (_, n) => `${n} 码`) }],
  }
  const changeTags = async (_id: string, { add }: TagChange) => {
    if (add.includes('尺码/198 码')) throw new ApiError(400, 'sidebar.unknown-tag', '没有这个标签')
    return { ok: true as const }
  }
  const { api } = await openSidebar({ api: { tagGroups: async () => many, changeTags } })
  await open()
  await tick('黑椒')
  await type('找标签', '19')
  await tick('199 码')
  await tick('198 码')
  await click(buttonIn(sheet('改标签'), '完成'))
  await open()
  const [first] = sheet('改标签').querySelectorAll('fieldset')
  expect(first?.querySelector('legend')?.textContent).toBe('最近用过')
  expect([...(first?.querySelectorAll('[role=checkbox]') ?? [])].map((one) => one.textContent?.trim())).toEqual([
    '199 码',
  ])
  // It stands in its group too, and is one tag.
  await tick('199 码')
  expect(options('199 码').map((one) => one.getAttribute('aria-checked'))).toEqual(['false', 'false'])
  expect(sentBy(api).map(([, what]) => what)).toEqual(['-口味/黑椒', '+尺码/199 码', '+尺码/198 码', '-尺码/199 码'])
})

test('a group has one colour everywhere', () => {
  expect(toneOfTag('口味/黑椒')).toBe(toneOfGroup('口味'))
  expect(new Set(['来源', '生命周期', '口味', '分层', '意向', '尺码'].map(toneOfGroup)).size).toBeGreaterThan(2)
})

test('three editors and rules in any order: everybody’s own wishes, nobody’s undone', async () => {
  const names = tagGroups().groups.flatMap(({ group, names }) => names.map((name) => `${group}/${name}`))
  const name = fc.constantFrom(...names)
  const step = fc.oneof(
    fc.record({ kind: fc.constant('tap' as const), name }),
    fc.record({ kind: fc.constant('add' as const), name }),
    fc.record({ kind: fc.constant('remove' as const), name }),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(name, { maxLength: 5 }),
      fc.array(step, { maxLength: 14 }),
      async (first, steps) => {
        const customer = await openWith(...first)
        await open()
        /** What it should be in the end: everybody’s own steps, in their order. */
        const world = new Set(first)
        const tapped: string[] = []
        for (const { kind, name: full } of steps) {
          if (kind === 'tap') {
            const [group, own] = full.split('/')
            const element = [...sheet('改标签').querySelectorAll('fieldset')]
              .find((one) => one.querySelector('legend')?.textContent === group)
              ?.querySelectorAll<HTMLElement>('[role=checkbox]')[
              tagGroups()
                .groups.find((one) => one.group === group)
                ?.names.indexOf(own ?? '') ?? 0
            ] as HTMLElement
            const isSeen = element.getAttribute('aria-checked') === 'true'
            tapped.push(`${isSeen ? '-' : '+'}${full}`)
            if (isSeen) world.delete(full)
            else world.add(full)
            await click(element)
          } else {
            if (kind === 'add') world.add(full)
            else world.delete(full)
            await customer.others(kind === 'add' ? [full] : [], kind === 'remove' ? [full] : [])
          }
        }
        expect(customer.tags()).toEqual([...world].sort())
        expect(
          customer.saved.map(({ add, remove }) => [...add.map((one) => `+${one}`), ...remove.map((one) => `-${one}`)]),
        ).toEqual(tapped.map((one) => [one]))
        closeSidebars()
      },
    ),
    { numRuns: 25, seed: 7 },
  )
}, 60_000)
