import { afterEach, beforeEach, expect, it } from 'vitest'
import { CALL_FAULTS, type CallFault, drawFaults, type FaultSchedule } from './fault-schedule.ts'
import { openTestSandbox, type TestSandbox } from './open-test-sandbox.ts'

let t: TestSandbox
beforeEach(async () => {
  t = await openTestSandbox()
})
afterEach(() => t.close())

const PATIENT_MS = 10_000

/** What a caller sees: an errcode, an HTTP status, a page of HTML, a cut line, or nothing for as long as it has patience. */
async function seen(patienceMs = PATIENT_MS): Promise<string> {
  const address = await t.address('user/get', { userid: 'lisi' })
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(patienceMs) })
    if (answer.status !== 200) return `http ${answer.status}`
    const text = await answer.text()
    return text.startsWith('<') ? 'html' : String((JSON.parse(text) as { errcode: number }).errcode)
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? 'nothing' : 'cut'
  }
}
async function many(schedule: FaultSchedule, calls: number, patienceMs?: number): Promise<string[]> {
  t.sandbox.faults.clear()
  t.sandbox.faults.schedule({ path: 'user/get', ...schedule })
  const out: string[] = []
  for (let n = 0; n < calls; n++) out.push(await seen(patienceMs))
  return out
}

const looks: Record<
  Exclude<CallFault, 'shortPage' | 'nullField' | 'absentField' | 'otherKind' | 'emptyField' | 'endlessPages'>,
  string
> = {
  busy: '-1',
  limited: '45009',
  concurrent: '45033',
  broken: 'http 502',
  html: 'html',
  cut: 'cut',
  lostAnswer: 'cut',
  hang: 'nothing',
  slow: 'nothing',
  tokenVoid: '40014',
  noErrcode: 'undefined',
}
it.each(Object.entries(looks))('can strike calls with %s, which looks like: %s', async (kind, look) => {
  const patienceMs = look === 'nothing' ? 150 : PATIENT_MS
  expect(await many({ seed: 1, calls: { [kind]: 1 } }, 2, patienceMs)).toEqual([look, look])
})

it('repeats the same bad day for the same seed, and has another for another', async () => {
  const calls = { busy: 0.2, broken: 0.2, cut: 0.2 }
  const [first, again, other] = [
    await many({ seed: 7, calls }, 30),
    await many({ seed: 7, calls }, 30),
    await many({ seed: 8, calls }, 30),
  ]
  expect(again).toEqual(first)
  expect(other).not.toEqual(first)
  expect(new Set(first)).toEqual(new Set(['0', '-1', 'http 502', 'cut']))
})

it('strikes a path alike however many other calls come in between', () => {
  const schedule = { seed: 3, calls: { busy: 0.5 } }
  const [alone, mixed] = [drawFaults(schedule), drawFaults(schedule)]
  const first = Array.from({ length: 20 }, () => alone('a'))
  const second = Array.from({ length: 20 }, () => {
    mixed('b')
    return mixed('a')
  })
  expect(second).toEqual(first)
  expect(new Set(first).size).toBe(2)
})

it('tells done from not done: a lost answer was carried out, a cut call was not', async () => {
  const tags = () => [...t.sandbox.world.tags.values()].map((tag) => tag.name)
  const add = (name: string) =>
    t.post('externalcontact/add_corp_tag', { group_name: '组', tag: [{ name }] }).catch(() => 'cut')
  t.sandbox.faults.set({ path: 'add_corp_tag', ...CALL_FAULTS.cut, times: 1 })
  expect([await add('甲'), tags()]).toEqual(['cut', []])
  t.sandbox.faults.set({ path: 'add_corp_tag', ...CALL_FAULTS.lostAnswer, times: 1 })
  expect([await add('乙'), tags()]).toEqual(['cut', ['乙']])
})

it('gives short pages, some of them empty, and yet every row once', async () => {
  for (let n = 0; n < 30; n++) await t.sandbox.scan({ userId: 'lisi', externalUserId: `wm${n}` })
  t.sandbox.faults.schedule({ seed: 5, calls: { shortPage: 1 } })
  const ids: string[] = []
  const sizes: number[] = []
  let cursor = ''
  do {
    const page = await t.post('externalcontact/batch/get_by_user', { userid_list: ['lisi'], limit: 4, cursor })
    const rows = page.external_contact_list as { external_contact: { external_userid: string } }[]
    sizes.push(rows.length)
    ids.push(...rows.map((row) => row.external_contact.external_userid))
    cursor = String(page.next_cursor)
  } while (cursor !== '')
  expect(Math.max(...sizes.slice(0, -1))).toBeLessThan(4)
  expect(sizes.slice(0, -1)).toContain(0)
  expect(ids).toEqual(Array.from({ length: 30 }, (_, n) => `wm${n}`))
})

it('a listing whose pages go in a circle now and then ends all the same, with every row', async () => {
  for (let n = 0; n < 12; n++) await t.sandbox.scan({ userId: 'lisi', externalUserId: `wm${n}` })
  t.sandbox.faults.schedule({ seed: 4, calls: { endlessPages: 0.4 } })
  const ids = new Set<string>()
  const cursors: string[] = []
  do {
    const page = await t.post('externalcontact/batch/get_by_user', {
      userid_list: ['lisi'],
      limit: 4,
      cursor: cursors.at(-1) ?? '',
    })
    expect(page.errcode).toBe(0)
    const rows = page.external_contact_list as { external_contact: { external_userid: string } }[]
    for (const row of rows) ids.add(row.external_contact.external_userid)
    cursors.push(String(page.next_cursor))
  } while (cursors.at(-1) !== '' && cursors.length < 100)
  expect(cursors).toContain('odd-page-1')
  expect(cursors.at(-1)).toBe('')
  expect(ids.size).toBe(12)
})

it.each(['nullField', 'absentField', 'otherKind', 'emptyField'] as const)('answers with a %s', async (kind) => {
  await t.sandbox.scan({ userId: 'lisi', externalUserId: 'wmA' })
  const list = () => t.post('externalcontact/batch/get_by_user', { userid_list: ['lisi'], limit: 4, cursor: '' })
  const good = await list()
  t.sandbox.faults.schedule({ seed: 4, calls: { [kind]: 1 } })
  const odd = await list()
  expect(odd).not.toEqual(good)
  expect(odd.errcode).toBe(0)
})

it('is set, shown and cleared over HTTP', async () => {
  const control = async (name: string, input: unknown = {}) => {
    const answer = await fetch(`${t.url}/_sandbox/${name}`, { method: 'POST', body: JSON.stringify(input) })
    return ((await answer.json()) as { result: unknown }).result
  }
  await control('schedule-faults', { seed: 2, calls: { busy: 1 }, callbacks: { drop: 1 } })
  expect(await control('faults')).toEqual({
    rules: [],
    schedule: { seed: 2, calls: { busy: 1 }, callbacks: { drop: 1 } },
    delivery: { drop: 1, seed: 2 },
  })
  await control('scan', { userId: 'lisi' })
  await control('clear-faults')
  expect(await control('faults')).toEqual({ rules: [], schedule: null, delivery: {} })
  await control('scan', { userId: 'lisi' })
  await control('settle')
  expect(t.received).toHaveLength(1)
})
