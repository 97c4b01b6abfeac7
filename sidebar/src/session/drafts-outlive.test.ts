import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import type { Api } from '../api/api.ts'
import { ApiError } from '../api/api-error.ts'
import { aProfile } from '../testing/fixtures.ts'
import { someFields } from '../testing/fixtures-known.ts'
import { closeSidebars, fakeChat, openSidebar } from '../testing/open-sidebar.ts'
import { button, buttonIn, buttons, click, link, sheet, submit, type } from '../testing/screen.ts'
import { dayAfter } from '../text/when.ts'

afterEach(closeSidebars)

const AWAY = new ApiError(0, 'network', '连不上服务器')
const profile = async (externalUserId: string) => aProfile({ externalUserId, remark: '孙姐', fields: someFields() })
const ledProfile = async (externalUserId: string) => aProfile({ externalUserId, standsInFor: '林夏' })
const takers = async () => ({
  takers: ['zhaoliu', 'wangwu'].map((userId) => ({ userId, name: userId, customers: 1, isFriend: false })),
})

/** What stands in the fields of a sheet, what is chosen in it, and what of it says that it was not saved. */
const standsIn = (name: string): string[] => {
  const box = sheet(name)
  const texts = [...box.querySelectorAll<HTMLInputElement>('input:not([type=radio], [type=checkbox]), textarea')]
  const chosen = [...box.querySelectorAll<HTMLInputElement>('input:checked')].map((one) => one.value)
  return [...texts.map(({ value }) => value), ...chosen].filter((one) => one !== '')
}
const choose = async (value: string): Promise<void> => {
  const radio = document.querySelector<HTMLInputElement>(`input[type=radio][value="${value}"]`)
  if (radio === null) throw new Error(`no ${value}`)
  radio.checked = true
  radio.dispatchEvent(new Event('change'))
  await flushPromises()
}
const tick = async (): Promise<void> => {
  const box = sheet('记录').querySelector<HTMLInputElement>('input[type=checkbox]')
  if (box === null) throw new Error('no box')
  box.checked = true
  box.dispatchEvent(new Event('change'))
  await flushPromises()
}
const openOrders = async (): Promise<void> => {
  await click(link('订单'))
  await click(buttons(/按订单号绑定|^绑定/)[0] as HTMLElement)
}
const openWrong = async (): Promise<void> => {
  const card = document.querySelector<HTMLElement>('article.task') as HTMLElement
  await click(buttonIn(card, '现在不做'))
}

interface Kind {
  what: string
  sheetName: string
  open: () => Promise<void>
  begin: () => Promise<void>
  left: string[]
  api?: Partial<Api>
}
const openMore = async (name: RegExp): Promise<void> => {
  const [more] = buttons(/^更多/)
  if (more !== undefined) await click(more)
  await click(button(name))
}
const KINDS: Kind[] = [
  {
    what: 'a remark',
    sheetName: '改备注',
    open: () => click(button(/改备注/)),
    begin: () => type('备注', '孙姐·西冷'),
    left: ['孙姐·西冷'],
  },
  {
    what: 'a note that is to be pinned',
    sheetName: '记录',
    open: () => click(button('记一笔')),
    begin: async () => {
      await type('要记的话', '家里有烤箱')
      await tick()
    },
    left: ['家里有烤箱', '只记下', 'on'],
  },
  {
    what: 'a reminder with its day',
    sheetName: '记录',
    open: () => click(button('记一笔')),
    begin: async () => {
      await type('要记的话', '问她吃得怎么样')
      await choose('三天后')
    },
    left: ['问她吃得怎么样', '三天后'],
  },
  {
    what: 'an order to be bound, with its proof',
    sheetName: '按订单号绑定',
    open: openOrders,
    begin: async () => {
      await type('订单号', 'MY-1001')
      await choose('paid')
      await type('实付金额', '138')
    },
    left: ['MY-1001', '138', 'paid'],
  },
  {
    what: 'why a to-do should not be',
    sheetName: '现在不做',
    open: openWrong,
    begin: () => type('不该派？说一句', '刚退过款'),
    left: ['刚退过款'],
  },
  {
    what: 'what is unwanted, and for how long',
    sheetName: '不想收到什么',
    open: () => openMore(/^免打扰/),
    begin: async () => {
      await choose('sends')
      await choose('30')
    },
    left: ['sends', '30'],
  },
  {
    what: 'to whom a customer goes',
    sheetName: '转给同事',
    open: () => openMore(/^转接/),
    begin: () => choose('wangwu'),
    left: ['wangwu'],
    api: { profile: ledProfile, takers },
  },
]

test.each(KINDS)('$what outlives another chat, and is nobody else’s', async ({ sheetName, open, begin, left, api }) => {
  const chat = fakeChat('wm-a')
  await openSidebar({ chat, api: { profile, ...api } })
  await open()
  const before = standsIn(sheetName)
  await begin()
  await chat.switchTo('wm-b')
  await open()
  expect(standsIn(sheetName)).toEqual(before)
  await chat.switchTo('wm-a')
  await open()
  expect(standsIn(sheetName)).toEqual(expect.arrayContaining(left))
})

test('a day that waits for the network is seen when the chat comes back', async () => {
  const chat = fakeChat('wm-a')
  const changeBirthday = vi.fn().mockRejectedValueOnce(AWAY).mockResolvedValue({ ok: true })
  await openSidebar({ chat, api: { profile, changeBirthday } })
  await click(button(/^更多/))
  await click(button('加生日'))
  await click(button('保存'))
  await chat.switchTo('wm-b')
  await click(button(/^更多/))
  expect(button('加生日')).toBeDefined()
  await chat.switchTo('wm-a')
  await click(button(/^更多/))
  expect(button(/改生日/).textContent).toBe('生日 6月15日在保存')
})

test('what waited and is refused while another chat is open is there to go on with', async () => {
  const chat = fakeChat('wm-a')
  const no = new ApiError(409, 'sidebar.overtaken', '备注刚刚被别处改成了「老客」')
  const changeRemark = vi.fn().mockRejectedValueOnce(AWAY).mockRejectedValue(no)
  const writeNote = vi
    .fn()
    .mockRejectedValueOnce(AWAY)
    .mockRejectedValue(new ApiError(400, 'sidebar.no-words', '记不下'))
  await openSidebar({ chat, api: { profile, changeRemark, writeNote } })
  await click(button(/改备注/))
  await type('备注', '孙姐·西冷')
  await submit('改备注')
  await click(button('记一笔'))
  await type('要记的话', '家里有烤箱')
  await submit('记一笔')
  await chat.switchTo('wm-b')
  for (let time = 0; time < 3; time++) {
    window.dispatchEvent(new Event('online'))
    await flushPromises()
  }
  await chat.switchTo('wm-a')
  await click(button(/改备注/))
  expect(standsIn('改备注')).toEqual(['孙姐·西冷'])
  await click(sheet('改备注').parentElement as HTMLElement)
  await click(button('记一笔'))
  expect(standsIn('记录')).toContain('家里有烤箱')
})

const REFUSED: (Kind & { api: 'changeFields' | 'writeNote' | 'setReminder'; form?: string })[] = [
  {
    ...{ what: 'fields', sheetName: '客户资料', api: 'changeFields', left: ['6'] },
    open: () => click(button(/^资料/)),
    begin: async () => {
      const box = sheet('客户资料').querySelector<HTMLInputElement>('input[inputmode=numeric]') as HTMLInputElement
      box.value = '6'
      box.dispatchEvent(new Event('input'))
      await submit('客户资料')
    },
  },
  {
    ...{ what: 'a pinned note', sheetName: '记录', api: 'writeNote', left: ['家里有烤箱', '只记下', 'on'] },
    open: () => click(button('记一笔')),
    begin: async () => {
      await type('要记的话', '家里有烤箱')
      await tick()
      await submit('记一笔')
    },
  },
  {
    ...{ what: 'a reminder with its day', sheetName: '记录', api: 'setReminder' },
    left: ['问她吃得怎么样', '选日子', dayAfter(Date.now(), 3)],
    open: () => click(button('记一笔')),
    begin: async () => {
      await type('要记的话', '问她吃得怎么样')
      await choose('三天后')
      await submit('记一笔')
    },
  },
]

test.each(REFUSED)(
  '$what that waited and is refused is there to go on with',
  async ({ sheetName, api, open, begin, left }) => {
    const chat = fakeChat('wm-a')
    const call = vi
      .fn()
      .mockRejectedValueOnce(AWAY)
      .mockRejectedValue(new ApiError(400, 'sidebar.no', '现在不行'))
    await openSidebar({ chat, api: { profile, [api]: call } })
    await open()
    await begin()
    expect(call).toHaveBeenCalledTimes(1)
    await chat.switchTo('wm-b')
    window.dispatchEvent(new Event('online'))
    await flushPromises()
    expect(call).toHaveBeenCalledTimes(2)
    await chat.switchTo('wm-a')
    await open()
    expect(standsIn(sheetName)).toEqual(expect.arrayContaining(left))
  },
)

test('a field that waited and was changed elsewhere meanwhile says so, and is kept by saving once more', async () => {
  const zh = '刚刚被别处改成了「5 口」，这里写的还没保存；再点一次保存就用这里的。'
  const refused = [{ field: '家里几口人', name: '家里几口人', zh, saw: 5 }]
  const changeFields = vi
    .fn()
    .mockRejectedValueOnce(AWAY)
    .mockRejectedValueOnce(new ApiError(400, 'sidebar.fields-refused', zh, refused))
    .mockResolvedValue({ ok: true })
  await openSidebar({ api: { profile, changeFields } })
  await click(button(/^资料/))
  const box = sheet('客户资料').querySelector<HTMLInputElement>('input[inputmode=numeric]') as HTMLInputElement
  box.value = '6'
  box.dispatchEvent(new Event('input'))
  await submit('客户资料')
  expect(changeFields.mock.calls[0]?.[1].changes).toEqual([{ field: '家里几口人', value: 6, saw: 4 }])
  window.dispatchEvent(new Event('online'))
  await flushPromises()
  await click(button(/^资料/))
  expect(standsIn('客户资料')).toContain('6')
  expect(sheet('客户资料').textContent).toContain(zh)
  await submit('客户资料')
  expect(changeFields.mock.lastCall?.[1].changes).toEqual([{ field: '家里几口人', value: 6, saw: 5 }])
})

test.each([
  ['is there already, with its year', '1990-06-15', false, '生日 6月15日'],
  ['is sent and was changed by somebody else at once', '05-01', true, '生日 5月1日'],
])('a birthday that waited and %s is not being saved for ever', async (_what, date, isBack, shown) => {
  const chat = fakeChat('wm-a')
  const changeBirthday = vi.fn().mockRejectedValue(AWAY)
  const known = vi.fn(profile)
  await openSidebar({ chat, api: { profile: known, changeBirthday } })
  await click(button(/^更多/))
  await click(button('加生日'))
  await click(button('保存'))
  await chat.switchTo('wm-b')
  known.mockImplementation(async (id) => ({ ...(await profile(id)), birthday: { date, daysUntil: 200 } }))
  await chat.switchTo('wm-a')
  if (isBack) {
    changeBirthday.mockResolvedValue({ ok: true })
    window.dispatchEvent(new Event('online'))
    await flushPromises()
  }
  await click(button(/^更多/))
  expect(button(/改生日/).textContent).toBe(shown)
})

test('what was chosen for words that were never written is not for the next ones', async () => {
  await openSidebar({ api: { profile } })
  const close = () => click(sheet('记录').parentElement as HTMLElement)
  await click(button('记一笔'))
  await choose('三天后')
  await close()
  await click(button('记一笔'))
  await type('要记的话', '家里有烤箱')
  await close()
  await click(button('记一笔'))
  expect(standsIn('记录')).toEqual(['家里有烤箱', '只记下'])
})

test('what is unwanted is no draft once it holds, and one that did not get through is there to go on with', async () => {
  const changeUnwanted = vi.fn().mockRejectedValueOnce(AWAY).mockResolvedValue({ ok: true })
  await openSidebar({ api: { profile, changeUnwanted } })
  const reopen = async () => {
    await click(sheet('不想收到什么').parentElement as HTMLElement)
    await click(button(/^免打扰/))
    return standsIn('不想收到什么')
  }
  await openMore(/^免打扰/)
  const before = standsIn('不想收到什么')
  await choose('sends')
  await submit('记下不想收到什么')
  expect(await reopen()).toContain('sends')
  await submit('记下不想收到什么')
  expect(await reopen()).toEqual(before)
})

test('who is chosen to take a customer over is no draft once they are asked, and nobody while they are not in the list', async () => {
  const list = vi.fn(takers)
  await openSidebar({ api: { profile: ledProfile, takers: list } })
  await openMore(/^转接/)
  await choose('wangwu')
  await click(sheet('转给同事').parentElement as HTMLElement)
  list.mockResolvedValueOnce({ takers: [{ userId: 'zhaoliu', name: '赵六', customers: 1, isFriend: false }] })
  await openMore(/^转接/)
  expect((button('选一位同事') as HTMLButtonElement).disabled).toBe(true)
  await click(sheet('转给同事').parentElement as HTMLElement)
  await openMore(/^转接/)
  expect(standsIn('转给同事')).toEqual(['wangwu'])
  await submit('转给谁')
  await openMore(/^转接/)
  expect(standsIn('转给同事')).toEqual([])
})
