import type { Desk } from '../desk.ts'
import type { MemberTag } from '../directory.ts'
import { endpoint } from '../endpoint.ts'
import { int, ints, need, text, texts } from '../params.ts'
import { refuse } from '../refusal.ts'
import { findStaff } from '../relations.ts'

const MOST = 3_000
const needTag = ({ world }: Desk, id: number): MemberTag =>
  world.directory.tags.get(id) ?? refuse(40068, 'invalid tagid')

function checkName({ world }: Desk, name: string, own?: number): void {
  const isTaken = [...world.directory.tags.values()].some((tag) => tag.name === name && tag.id !== own)
  if (isTaken) refuse(40071, 'tag name exists')
}

/** 通讯录标签: of members, with whole numbers as ids; not customer tags. Docs 90210–90216. */
export function memberTagEndpoints() {
  const tagid = { tagid: need(int({ min: 1 }), 40068) }
  const tagname = need(text({ chars: 32, tooLong: 40072 }), 40071)
  const members = {
    ...tagid,
    userlist: texts({ max: 1_000, tooMany: 81014 }),
    partylist: ints({ max: 100, tooMany: 81014 }),
  }
  const change =
    (act: (tag: MemberTag, users: string[], parties: number[]) => void) =>
    (
      p: { tagid: number; userlist: string[] | undefined; partylist: number[] | undefined },
      desk: Desk,
    ): Record<string, unknown> => {
      const { world } = desk
      const tag = needTag(desk, p.tagid)
      if (!p.userlist?.length && !p.partylist?.length) refuse(40035, 'nobody named')
      const users = (p.userlist ?? []).filter((id) => findStaff(world, id))
      const parties = (p.partylist ?? []).filter((id) => world.departments.has(id))
      if (users.length + parties.length === 0) refuse(40070, 'nobody of them exists')
      act(tag, users, parties)
      desk.changed()
      const invalid = (p.userlist ?? []).filter((id) => !users.includes(id))
      const invalidParties = (p.partylist ?? []).filter((id) => !parties.includes(id))
      return {
        ...(invalid.length === 0 ? {} : { invalidlist: invalid }),
        ...(invalidParties.length === 0 ? {} : { invalidparty: invalidParties }),
      }
    }
  return [
    endpoint({
      path: '/cgi-bin/tag/create',
      method: 'POST',
      params: { tagname, tagid: int({ min: 1 }) },
      handle: (p, desk) => {
        const { tags } = desk.world.directory
        checkName(desk, p.tagname)
        if (p.tagid !== undefined && tags.has(p.tagid)) refuse(40068, 'tagid exists')
        if (tags.size >= MOST) refuse(40068, 'too many tags')
        const id = p.tagid ?? Math.max(0, ...tags.keys()) + 1
        tags.set(id, { id, name: p.tagname, users: new Set(), parties: new Set() })
        return { tagid: id }
      },
    }),
    endpoint({
      path: '/cgi-bin/tag/update',
      method: 'POST',
      params: { ...tagid, tagname },
      handle: (p, desk) => {
        const tag = needTag(desk, p.tagid)
        checkName(desk, p.tagname, tag.id)
        tag.name = p.tagname
        return {}
      },
    }),
    endpoint({
      path: '/cgi-bin/tag/delete',
      method: 'GET',
      params: tagid,
      handle: (p, desk) => {
        desk.world.directory.tags.delete(needTag(desk, p.tagid).id)
        return {}
      },
    }),
    endpoint({
      path: '/cgi-bin/tag/get',
      method: 'GET',
      params: tagid,
      empty: { userlist: [], partylist: [] },
      handle: (p, desk) => {
        const tag = needTag(desk, p.tagid)
        const people = [...tag.users].flatMap((id) => findStaff(desk.world, id) ?? [])
        const userlist = people.map((staff) => ({ userid: staff.userId, name: staff.name }))
        return { tagname: tag.name, userlist, partylist: [...tag.parties] }
      },
    }),
    endpoint({
      path: '/cgi-bin/tag/addtagusers',
      method: 'POST',
      params: members,
      handle: change((tag, users, parties) => {
        for (const id of users) tag.users.add(id)
        for (const id of parties) tag.parties.add(id)
      }),
    }),
    endpoint({
      path: '/cgi-bin/tag/deltagusers',
      method: 'POST',
      params: members,
      handle: change((tag, users, parties) => {
        for (const id of users) tag.users.delete(id)
        for (const id of parties) tag.parties.delete(id)
      }),
    }),
    endpoint({
      path: '/cgi-bin/tag/list',
      method: 'GET',
      params: {},
      empty: { taglist: [] },
      handle: (_p, { world }) => ({
        taglist: [...world.directory.tags.values()].map((tag) => ({ tagid: tag.id, tagname: tag.name })),
      }),
    }),
  ]
}
