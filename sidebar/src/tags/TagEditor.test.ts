import { flushPromises } from '@vue/test-utils'
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { shallowRef } from 'vue'
import type { CustomerTag, TagChange } from '../../../server/sidebar-api/contract.ts'
import { aProfile, tagGroups } from '../testing/fixtures.ts'
import { closeSidebars, openSidebar } from '../testing/open-sidebar.ts'
import { button, buttons, click, screenText, sheet, type } from '../testing/screen.ts'
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
const tick = (name: string) =>
  click(
    [...sheet('改标签').querySelectorAll<HTMLElement>('[role=checkbox]')].find(
      (one) => one.textContent?.trim() === name,
    ) as HTMLElement,
  )
const save = () => click(button('保存'))

test('a rule moves tags while the sheet is open: it is told, nothing lights up, and only what was tapped is saved', async () => {
  const customer = await openWith('来源/包裹卡', '生命周期/新客')
  await open()
  await customer.others(['生命周期/首购'], ['生命周期/新客'])
  expect(screenText()).toContain('刚刚有变化：打上了 首购，去掉了 新客')
  expect(button('保存').disabled).toBe(true)
  await tick('有嚼劲')
  await save()
  expect(customer.saved).toMatchObject([{ add: ['口味/有嚼劲'], remove: [] }])
  expect(customer.tags()).toEqual(['来源/包裹卡', '生命周期/首购', '口味/有嚼劲'].sort())
})

test('what somebody else did already is not done again, and taken back it is nobody’s wish', async () => {
  const customer = await openWith('意向/高')
  await open()
  await tick('黑椒')
  await customer.others(['口味/黑椒'], [])
  expect(button('保存').disabled).toBe(true)
  await tick('高')
  await tick('高')
  expect(button('保存').disabled).toBe(true)
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
  await openSidebar({ api: { tagGroups: async () => ({ groups }) } })
  await open()
  const kept = () =>
    [...sheet('改标签').querySelectorAll<HTMLButtonElement>('[role=checkbox]')].filter((one) => one.disabled)
  expect(kept().map((one) => one.textContent?.trim())).toEqual(['S 类', 'A 类', 'B 类', 'C 类'])
  expect(screenText()).toContain(why)
  await tick('S 类')
  expect(button('保存').disabled).toBe(true)
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
  expect(button('保存').disabled).toBe(true)
  await tick('S 类')
  await tick('S 类')
  expect(button('保存').disabled).toBe(true)
  await tick('S 类')
  await save()
  expect(vi.mocked(api.changeTags).mock.calls.map(([, { add, remove }]) => [add, remove])).toEqual([
    [[], ['分层/S 类']],
  ])
})

test('among many tags those put on last stand first, and not twice in what is saved', async () => {
  const many = {
    groups: [...tagGroups().groups, { group: '尺码', names: Array.from({ length: 200 }, (_, n) => `${n} 码`) }],
  }
  const { api } = await openSidebar({ api: { tagGroups: async () => many } })
  await open()
  await type('找标签', '199')
  await tick('199 码')
  await save()
  await open()
  const [first] = sheet('改标签').querySelectorAll('fieldset')
  expect(first?.querySelector('legend')?.textContent).toBe('最近用过')
  await click(first?.querySelector('[role=checkbox]') as HTMLElement)
  expect(first?.querySelector('[role=checkbox]')?.getAttribute('aria-checked')).toBe('false')
  await save()
  expect(vi.mocked(api.changeTags).mock.calls.map(([, { add, remove }]) => [add, remove])).toEqual([
    [['尺码/199 码'], []],
    [[], ['尺码/199 码']],
  ])
})

test('a group has one colour everywhere', () => {
  expect(toneOfTag('口味/黑椒')).toBe(toneOfGroup('口味'))
  expect(new Set(['来源', '生命周期', '口味', '分层', '意向', '尺码'].map(toneOfGroup)).size).toBeGreaterThan(2)
})

test('a stray tap beside the sheet loses no choice; 取消 does', async () => {
  await openWith('意向/高')
  await open()
  await tick('黑椒')
  await click(sheet('改标签').parentElement as HTMLElement)
  await vi.waitFor(() => expect(buttons('保存')).toEqual([]))
  await open()
  expect(button('保存').disabled).toBe(false)
  await click(button('取消'))
  await open()
  expect(button('保存').disabled).toBe(true)
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
        /** What it should be in the end: the others' world, with what this guide last tapped of each tag. */
        const world = new Set(first)
        const wishes = new Map<string, boolean>()
        for (const { kind, name: full } of steps) {
          if (kind === 'tap') {
            const seen = wishes.get(full) ?? world.has(full)
            await click(
              [...sheet('改标签').querySelectorAll<HTMLElement>('fieldset')]
                .find((one) => one.querySelector('legend')?.textContent === full.split('/')[0])
                ?.querySelectorAll<HTMLElement>('[role=checkbox]')[
                tagGroups()
                  .groups.find(({ group }) => group === full.split('/')[0])
                  ?.names.indexOf(full.split('/')[1] ?? '') ?? 0
              ] as HTMLElement,
            )
            if (!seen === world.has(full)) wishes.delete(full)
            else wishes.set(full, !seen)
          } else {
            if (kind === 'add') world.add(full)
            else world.delete(full)
            await customer.others(kind === 'add' ? [full] : [], kind === 'remove' ? [full] : [])
          }
        }
        if (!button('保存').disabled) await save()
        for (const [full, isWanted] of wishes) {
          if (isWanted) world.add(full)
          else world.delete(full)
        }
        expect(customer.tags()).toEqual([...world].sort())
        for (const { add, remove } of customer.saved) {
          expect([...add, ...remove].filter((one) => !wishes.has(one))).toEqual([])
        }
        closeSidebars()
      },
    ),
    { numRuns: 25, seed: 7 },
  )
}, 60_000)
