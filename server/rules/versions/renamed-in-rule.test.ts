import { expect, it } from 'vitest'
import type { RuleRename } from '../book/rule-rename.ts'
import { renamedInRule } from './renamed-in-rule.ts'

const SOP = {
  sop: 'care',
  name: '付费群',
  trigger: { event: 'tag.added', tag: '阶段/老客' },
  when: {
    all: [
      { tags: { any: ['阶段/老客', '阶段/新客'] } },
      { groups: '付费群' },
      { tiers: { none: ['分层/A'] } },
      { channel: { in: ['付费群'] } },
    ],
  },
  steps: [
    { tag: { add: ['阶段/老客'], remove: ['分层/A'] } },
    { invite: '付费群' },
    { tier: { ladder: '分层', to: 'A' } },
    { start: 'next' },
    { message: { text: '阶段/老客 付费群 分层/A', attachments: [{ groupQr: '付费群' }] } },
  ],
  leave: ['customer.lost'],
}
const text = JSON.stringify(SOP)

/** Each with all places that change, as texts before and after. */
it.each<[renamed: RuleRename, places: [before: string, after: string][]]>([
  [
    { kind: 'tag', within: '阶段', from: '老客', to: '熟客' },
    [
      ['"tag":"阶段/老客"', '"tag":"阶段/熟客"'],
      ['"any":["阶段/老客"', '"any":["阶段/熟客"'],
      ['"add":["阶段/老客"]', '"add":["阶段/熟客"]'],
    ],
  ],
  [
    { kind: 'tag-group', from: '阶段', to: '段' },
    [
      ['"tag":"阶段/老客"', '"tag":"段/老客"'],
      ['"any":["阶段/老客","阶段/新客"]', '"any":["段/老客","段/新客"]'],
      ['"add":["阶段/老客"]', '"add":["段/老客"]'],
    ],
  ],
  [
    { kind: 'pool', from: '付费群', to: '会员群' },
    [
      ['"groups":"付费群"', '"groups":"会员群"'],
      ['"invite":"付费群"', '"invite":"会员群"'],
      ['"groupQr":"付费群"', '"groupQr":"会员群"'],
    ],
  ],
  [{ kind: 'channel', from: '付费群', to: '店' }, [['{"channel":{"in":["付费群"]}}', '{"channel":{"in":["店"]}}']]],
  [
    { kind: 'level', within: '分层', from: 'A', to: '金' },
    [
      ['"none":["分层/A"]', '"none":["分层/金"]'],
      ['"to":"A"', '"to":"金"'],
    ],
  ],
  [
    { kind: 'ladder', from: '分层', to: '级' },
    [
      ['"none":["分层/A"]', '"none":["级/A"]'],
      ['"ladder":"分层"', '"ladder":"级"'],
    ],
  ],
  [{ kind: 'sop', from: 'next', to: 'then' }, [['"start":"next"', '"start":"then"']]],
  [{ kind: 'send', from: '付费群', to: '别的' }, []],
  [{ kind: 'level', within: '别的', from: 'A', to: '金' }, []],
])('%j', (renamed, places) => {
  for (const [before] of places) expect(text).toContain(before)
  const after = places.reduce((written, [from, to]) => written.replace(from, to), text)
  expect(JSON.stringify(renamedInRule(SOP, renamed))).toBe(after)
})
