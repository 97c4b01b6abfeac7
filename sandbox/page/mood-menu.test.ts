import { type HTMLElement, Window } from 'happy-dom'
import { afterEach, expect, it, vi } from 'vitest'
import { openTestSandbox, type TestSandbox } from '../open-test-sandbox.ts'

/** As much of a browser as the page's modules ask for. */
const PARTS = ['document', 'localStorage', 'location', 'Element', 'HTMLElement', 'SVGElement', 'Node'] as const

let t: TestSandbox
let window: Window
afterEach(async () => {
  vi.unstubAllGlobals()
  await t.close()
})

const button = (name: string) => {
  const found = window.document.querySelector<HTMLElement>(`[data-test="${name}"]`)
  if (found === null) throw new Error(`no button ${name}`)
  return found
}

it('strikes faults, limits the guide and mends all, as the buttons say', async () => {
  t = await openTestSandbox()
  const { fetch } = globalThis
  window = new Window({ url: t.url })
  vi.stubGlobal('window', window)
  for (const name of PARTS) vi.stubGlobal(name, window[name])
  vi.stubGlobal('fetch', (path: string, options?: RequestInit) => fetch(new URL(path, t.url), options))
  const page = import.meta.dirname
  const desk = (await import(`${page}/desk.js`)) as { refresh(): Promise<void> }
  await desk.refresh()
  await import(`${page}/mood-menu.js`)
  const rules = () => t.sandbox.faults.active().rules
  const saysOn = () => [...window.document.querySelectorAll('.mood-list .on')].map((one) => one.textContent)

  expect(button('moods').textContent).toBe('平台：正常')
  button('moods').click()
  await vi.waitFor(() => button('mood-refused').click())
  await vi.waitFor(() => expect(rules()).toEqual([{ errcode: 60020, left: null }]))
  await vi.waitFor(() => expect(saysOn()).toHaveLength(1))
  button('mood-odd').click()
  await vi.waitFor(() => expect(rules()).toHaveLength(2))
  button('mood-limited').click()
  await vi.waitFor(() => expect(saysOn()).toHaveLength(3))
  const limited = () => [...t.sandbox.world.staff.values()].filter(({ state }) => state === 'limited').length
  expect([limited(), button('moods').textContent]).toEqual([1, '平台：有故障'])

  button('client-silent').click()
  await vi.waitFor(() => expect(saysOn()).toHaveLength(4))
  const client = async () => ((await (await fetch(`${t.url}/_sandbox/state`)).json()) as { client: object }).client
  expect(await client()).toMatchObject({ silent: ['getCurExternalContact', 'getCurExternalChat'] })

  button('mood-mend').click()
  await vi.waitFor(() => expect([rules(), limited(), saysOn()]).toEqual([[], 0, []]))
  await vi.waitFor(() => expect(button('moods').textContent).toBe('平台：正常'))
  expect(await client()).toMatchObject({ silent: [] })
})
