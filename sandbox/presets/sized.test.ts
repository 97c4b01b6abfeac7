import { expect, it } from 'vitest'
import { createSettableClock } from '../../server/core/kernel/clock.ts'
import { openTestSandbox } from '../open-test-sandbox.ts'
import { allFollows } from '../relations.ts'
import { createSandbox, type Preset } from '../sandbox.ts'

const open = (preset: Preset, seed = 7) =>
  createSandbox({ clock: createSettableClock('2026-11-22T09:00:00+08:00'), preset, seed }).world

const pairsOf = (world: ReturnType<typeof open>): string[] => {
  const pairs: string[] = []
  for (const follow of allFollows(world)) {
    const { userId, externalUserId, addedAtMs, remark, tagIds } = follow
    pairs.push(`${userId} ${externalUserId} ${addedAtMs} ${remark} ${[...tagIds].join()}`)
  }
  return pairs
}

it('makes the same sixty thousand customers for the same seed, others for another', () => {
  const a = open('S')
  const [pairs, again, others] = [pairsOf(a), pairsOf(open('S')), pairsOf(open('S', 8))]
  expect(pairs.every((pair, n) => pair === again[n])).toBe(true)
  expect(pairs.some((pair, n) => pair === others[n])).toBe(false)
  expect(pairs.length).toBe(60_000 + 60_000 / 32)
  expect(a.customers.size).toBe(60_000)
  expect(a.staff.size).toBe(20)
  expect(a.groups.size).toBe(200)
})

it('holds half a million customers of a thousand guides in one test process', () => {
  const world = open('M')
  let pairs = 0
  let withTags = 0
  let deleted = 0
  let latest = 0
  for (const follow of allFollows(world)) {
    pairs += 1
    if (follow.tagIds.size > 0) withTags += 1
    if (follow.deletedByCustomer) deleted += 1
    latest = Math.max(latest, follow.addedAtMs)
  }
  expect(latest).toBeLessThan(Date.parse('2026-11-22T09:00:00+08:00'))
  expect([world.customers.size, world.staff.size, world.groups.size]).toEqual([500_000, 1_000, 2_000])
  expect(pairs).toBe(500_000 + 500_000 / 32)
  expect(withTags).toBeGreaterThan(pairs / 2)
  expect(deleted).toBeGreaterThan(pairs / 60)
})

it('is read through the API page by page, every pair once', async () => {
  const t = await openTestSandbox({ preset: 'S' })
  const seen = new Set<string>()
  const userid_list = [...t.sandbox.world.staff.keys()].slice(0, 2)
  let cursor = ''
  do {
    const page = await t.post('externalcontact/batch/get_by_user', { userid_list, cursor, limit: 100 })
    const rows = page.external_contact_list as {
      external_contact: { external_userid: string }
      follow_info: { userid: string }
    }[]
    for (const row of rows) {
      const pair = `${row.follow_info.userid} ${row.external_contact.external_userid}`
      expect(seen.has(pair)).toBe(false)
      seen.add(pair)
    }
    cursor = String(page.next_cursor)
  } while (cursor !== '')
  const wanted = userid_list.reduce((sum, id) => sum + (t.sandbox.world.followsByUser.get(id)?.size ?? 0), 0)
  expect(wanted).toBeGreaterThan(6_000)
  expect(seen.size).toBe(wanted)
  await t.close()
})
