import { describe, expect, it } from 'vitest'
import type { DetailMember } from './group-detail.ts'
import { membershipChanges, type StoredMember } from './membership-changes.ts'

const T = Date.parse('2026-11-22T09:00:00+08:00')

const stored = (id: number, given: Partial<StoredMember> = {}): StoredMember => ({
  id,
  member_id: `wm${id}`,
  member_type: 2,
  name: '小林',
  state: null,
  joined_at: T,
  left_at: null,
  quit_at: null,
  quit_scene: null,
  ...given,
})
const listed = (userid: string, joinedAtMs = T, name: string | undefined = '小林'): DetailMember => ({
  userid,
  type: 2,
  joinedAtMs,
  joinScene: 3,
  state: undefined,
  name,
  invitor: undefined,
})
const nothing = { fresh: [], again: [], back: [], left: [], renamed: [] }

describe('membershipChanges', () => {
  it('nobody leaves by an answer of which members were left out, and who comes still comes', () => {
    expect(membershipChanges([stored(1), stored(2)], [listed('wm2'), listed('wm3')], false)).toEqual({
      ...nothing,
      fresh: [listed('wm3')],
    })
  })

  it('tells who is new, who is gone and who stays', () => {
    const changes = membershipChanges([stored(1), stored(2)], [listed('wm2'), listed('wm3')])
    expect(changes).toEqual({ ...nothing, fresh: [listed('wm3')], left: [stored(1)] })
  })

  it('finds nothing in an answer that says what is stored', () => {
    expect(membershipChanges([stored(1)], [listed('wm1')])).toEqual(nothing)
  })

  it('takes a member listed twice once', () => {
    expect(membershipChanges([], [listed('wm1'), listed('wm1')]).fresh).toHaveLength(1)
  })

  it('sees a leaving between two joinings that no answer showed', () => {
    const later = listed('wm1', T + 60_000)
    const changes = membershipChanges([stored(1)], [later])
    expect(changes).toEqual({ ...nothing, left: [stored(1)], again: [{ stored: stored(1), member: later }] })
  })

  it('takes somebody back who joins again after leaving', () => {
    const gone = stored(1, { left_at: T + 10_000, quit_at: T + 10_000 })
    const later = listed('wm1', T + 60_000)
    expect(membershipChanges([gone], [later])).toEqual({ ...nothing, again: [{ stored: gone, member: later }] })
  })

  it('does not believe a lagging answer about a member whose leaving was told', () => {
    const gone = stored(1, { left_at: T + 10_000, quit_at: T + 10_000 })
    expect(membershipChanges([gone], [listed('wm1')])).toEqual(nothing)
  })

  it('corrects a leaving that was only concluded from an earlier answer', () => {
    const missed = stored(1, { left_at: T + 10_000 })
    expect(membershipChanges([missed], [listed('wm1')])).toEqual({ ...nothing, back: [missed] })
  })

  it('follows a new name but not a missing one', () => {
    expect(membershipChanges([stored(1)], [listed('wm1', T, '林小姐')]).renamed).toEqual([
      { stored: stored(1), name: '林小姐' },
    ])
    expect(membershipChanges([stored(1)], [{ ...listed('wm1'), name: undefined }])).toEqual(nothing)
  })
})
