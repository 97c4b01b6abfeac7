import { expect, test } from 'vitest'
import { chooseGroups, type GroupChoiceContext } from './choose-groups.ts'

const NOBODY: GroupChoiceContext = {
  received: new Map(),
  perGroup: 30,
  contacts: undefined,
  left: new Set(),
  keptFor: () => undefined,
}
const contacts = (had: number, lately?: number): GroupChoiceContext['contacts'] => ({
  chatType: 'group',
  ceilingOf: () => ({ most: 2, days: 7, apart: '6h' }),
  had: new Map([['wr1', had]]),
  lately: new Map(lately === undefined ? [] : [['wr1', lately]]),
  coming: new Map(),
  nowMs: Date.parse('2026-11-25T10:00:00+08:00'),
})

test.each<[string, string | undefined, Partial<GroupChoiceContext>, string | undefined]>([
  ['a good one', 'linxia', {}, undefined],
  ['nobody knows the owner', undefined, {}, '不知道群主是谁，没有人能确认'],
  ['its owner has left', 'linxia', { left: new Set(['linxia']) }, '群主已经离职，先换群主'],
  ['another one’s owner has left', 'linxia', { left: new Set(['chenmo']) }, undefined],
  ['one below the month', 'linxia', { received: new Map([['wr1', 29]]) }, undefined],
  ['the month is full', 'linxia', { received: new Map([['wr1', 30]]) }, '本月群发次数已满（30/30）'],
  ['one below the ceiling', 'linxia', { contacts: contacts(1) }, undefined],
  ['at the ceiling', 'linxia', { contacts: contacts(2) }, '7 天内这个群已发过 2 次，最多 2 次'],
  [
    'just before',
    'linxia',
    { contacts: contacts(1, Date.parse('2026-11-25T09:00:00+08:00')) },
    '2026-11-25 09:00 刚发过，两次之间至少隔 6h',
  ],
  [
    'one on its way',
    'linxia',
    { contacts: contacts(1, Date.parse('2026-11-25T10:00:00+08:00')) },
    '还有一条正在路上，两次之间至少隔 6h',
  ],
])('%s', (_what, owner, context, why) => {
  const [choice] = chooseGroups([{ chatId: 'wr1', owner }], { ...NOBODY, ...context })
  expect(choice).toMatchObject({ id: 'wr1', userId: owner })
  expect(choice?.excluded?.zh).toBe(why)
})
