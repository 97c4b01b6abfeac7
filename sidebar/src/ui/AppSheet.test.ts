import { afterEach, expect, test } from 'vitest'
import { closeSidebars, openSidebar } from '../testing/open-sidebar.ts'
import { button, click, sheet, sheets } from '../testing/screen.ts'

afterEach(closeSidebars)

const press = (key: string): void => {
  document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
}
const behind = () => [...document.body.children].filter((one) => one.querySelector('[role=dialog]') === null)

test.each([
  [/孙姐·爱吃厚切.*改备注/, '改备注'],
  ['标签', '改标签'],
  ['加生日', '生日'],
  [/跟进计划，点开看为什么/, '为什么'],
])(
  '«%s» opens one named sheet that takes the focus, keeps the rest out of reach, and gives it back',
  async (opener, name) => {
    await openSidebar()
    await click(button(/^更多/))
    const from = button(opener)
    from.focus()
    await click(from)
    expect(sheets()).toEqual([sheet(name)])
    expect(sheet(name).getAttribute('aria-modal')).toBe('true')
    expect(sheet(name).contains(document.activeElement)).toBe(true)
    expect(behind().every((one) => one.hasAttribute('inert'))).toBe(true)
    press('Escape')
    await Promise.resolve()
    await new Promise((resolve) => setTimeout(resolve))
    expect(sheets()).toEqual([])
    expect(behind().some((one) => one.hasAttribute('inert'))).toBe(false)
    expect(document.activeElement).toBe(from)
  },
)

test('the field of a remark is where one may write at once', async () => {
  await openSidebar()
  await click(button(/改备注/))
  expect(document.activeElement?.tagName).toBe('INPUT')
})
