import { afterEach, expect, it } from 'vitest'
import { drawPoint } from '../../../core/kernel/draw.ts'
import { openSopScene, type SopScene } from '../testing/sop-scene.ts'

/** A journey under other names holds out whom it always did. Events told twice. */

let t: SopScene
afterEach(() => t.close())

const journey = (head: string, more = ''): string => `
sop: ${head}
name: 牛排
trigger: order.paid
holdOut: { percent: 50, days: 7 }
goal: order.paid
${more}steps: [ { task: { for: guide, title: 问好 } } ]
`

const drawn = (name: string, ids: readonly string[]): string[] =>
  ids.filter((id) => drawPoint(`hold-out:${name}`, id) < 0.5)

/** Whom that journey holds out of these, who buy now. */
async function heldOutOf(sop: string, ids: readonly string[]): Promise<string[]> {
  for (const id of ids) await t.pay(id, `${sop}-${t.clock.now()}-${id}`)
  await t.again()
  const rows = await t.rawRows<{ external_userid: string; held_out: number }>(
    `SELECT external_userid, held_out FROM sop_entry WHERE sop = '${sop}'`,
  )
  const own = rows.filter((row) => ids.includes(row.external_userid))
  expect(own).toHaveLength(ids.length)
  return ids.filter((id) => own.some((row) => row.external_userid === id && row.held_out === 1))
}

async function enforce(files: Record<string, string>): Promise<void> {
  t.writeConfig(files)
  await t.huoshui.rules.check()
  expect(t.huoshui.rules.faults()).toEqual([])
}

it('renamed twice, then without `was`: the same people go on; a new journey under the first name has its own', async () => {
  t = await openSopScene({ sop: journey('steak') })
  const people: string[] = []
  for (let one = 0; one < 20; one++) people.push(await t.scan({ state: 'store-code' }))
  const groups = [0, 1, 2, 3].map((n) => people.slice(n * 5, n * 5 + 5))
  const [first = [], second = [], third = [], fourth = []] = groups
  // Names by which others are drawn, else the test could not tell.
  const other = (ids: readonly string[], no: readonly string[]): string =>
    ['beef', 'meat', 'veal', 'ribs', 'chop', 'loin', 'stew', 'hash'].find(
      (name) => !no.includes(name) && `${drawn(name, ids)}` !== `${drawn('steak', ids)}`,
    ) ?? ''
  const beef = other(second, [])
  const meat = other(third, [beef])

  expect(await heldOutOf('steak', first)).toEqual(drawn('steak', first))
  await enforce({ 'sop/first.yaml': journey(`${beef}\nwas: steak`) })
  expect(await heldOutOf(beef, second)).toEqual(drawn('steak', second))
  await enforce({ 'sop/first.yaml': journey(`${meat}\nwas: ${beef}`) })
  await enforce({ 'sop/first.yaml': journey(`${meat}\nwas: ${beef}`, 'priority: 60\n') })
  expect(await heldOutOf(meat, third)).toEqual(drawn('steak', third))

  await enforce({ 'sop/first.yaml': journey(meat), 'sop/second.yaml': journey('steak').replace('牛排', '新牛排') })
  const own = await t.rawRows<{ first_name: string }>(`SELECT first_name FROM sop_release WHERE sop = 'steak'`)
  expect(own).toEqual([{ first_name: expect.stringMatching(/^steak#\d+$/) }])
  const [{ first_name: name } = { first_name: '' }] = own
  expect(await heldOutOf('steak', people)).toEqual(drawn(name, people))
  expect(drawn(name, people)).not.toEqual(drawn('steak', people))
  expect(await heldOutOf(meat, fourth)).toEqual(drawn('steak', fourth))
})
