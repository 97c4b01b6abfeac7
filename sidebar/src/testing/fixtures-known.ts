import type { Notes, ProfileFieldView } from '../../../server/sidebar-api/contract.ts'
import { NOW_MS } from './fixtures.ts'

const DAY_MS = 86_400_000

/** What a shop asks about its customers, some of it known. */
export const someFields = (): ProfileFieldView[] => {
  const none = { options: [], unit: null, min: null, max: null, hint: null, isRequired: false, mayEdit: true }
  const unknown = { value: null, text: '', by: null, atMs: null }
  const known = { by: '林夏', atMs: NOW_MS - 5 * DAY_MS }
  return [
    {
      ...none,
      field: '家里几口人',
      name: '家里几口人',
      type: 'number',
      unit: '口',
      min: 1,
      max: 20,
      isRequired: true,
      ...known,
      value: 4,
      text: '4 口',
    },
    {
      ...{ ...none, ...unknown, field: '用什么煎', name: '用什么煎', type: 'choices', isRequired: true },
      ...{ options: ['平底锅', '铸铁锅', '空气炸锅', '烤箱'], hint: '不同的锅，发不同的煎法教程' },
    },
    {
      ...none,
      ...unknown,
      field: '喜欢几成熟',
      name: '喜欢几成熟',
      type: 'choice',
      options: ['三成', '五成', '七成', '全熟'],
    },
    { ...none, ...unknown, field: '孩子生日', name: '孩子生日', type: 'date' },
    { ...none, ...unknown, field: '忌口过敏', name: '忌口过敏', type: 'text' },
    {
      ...none,
      field: '会员号',
      name: '会员号',
      type: 'text',
      mayEdit: false,
      value: 'M-20418',
      text: 'M-20418',
      by: '商城',
      atMs: NOW_MS - 30 * DAY_MS,
    },
  ]
}

export const someNotes = (change: Partial<Notes> = {}): Notes => ({
  total: 2,
  notes: [
    {
      id: '7',
      text: '孩子对花生过敏，黑椒酱要看配料',
      by: '林夏',
      isOwn: true,
      atMs: NOW_MS - 2 * DAY_MS,
      isPinned: true,
    },
    { id: '3', text: '家里有烤箱，没有平底锅', by: '陈浩', isOwn: false, atMs: NOW_MS - 20 * DAY_MS, isPinned: false },
  ],
  nextBefore: null,
  reminders: [{ id: '41', title: '问她吃得怎么样', atMs: NOW_MS + 3 * DAY_MS }],
  ...change,
})
