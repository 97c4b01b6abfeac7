import { type Desk, toSec } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import type { Paging } from '../paging.ts'
import { bool, int, ints, need, text, texts } from '../params.ts'
import { createQuota } from '../quota.ts'
import { refuse } from '../refusal.ts'
import { findStaff } from '../relations.ts'
import type { ContactWay } from '../world.ts'
import { checkMayBeTemp, isTempParam, readTemp, TEMP_WAYS_A_DAY, tempFacts, tempParams } from './temp-ways.ts'

const MAX_USERS = 100
export const MAX_WAYS = 500_000

const settings = {
  style: int({ min: 1, max: 3, outside: 41042 }),
  remark: text({ chars: 30 }),
  skip_verify: bool(),
  state: text({ chars: 30 }),
  user: texts(),
  party: ints(),
  mark_source: bool(),
  ...tempParams,
}

/** Users with departments expanded. */
export function usersOfWay({ world }: Desk, way: Pick<ContactWay, 'users' | 'parties'>): string[] {
  const fromParties = [...world.staff.values()]
    .filter((s) => !s.left && s.departments.some((id) => way.parties.includes(id)))
    .map((s) => s.userId)
  return [...new Set([...way.users, ...fromParties])]
}

function checkPeople(desk: Desk, type: number, users: string[], parties: number[]): void {
  for (const id of users) {
    const staff = findStaff(desk.world, id) ?? refuse(40003, 'invalid userid')
    if (!staff.canContact) refuse(84083, 'not a service member')
    if (staff.state === 'inactive') refuse(41054, 'member not activated')
  }
  for (const id of parties) if (!desk.world.departments.has(id)) refuse(60003, 'department not found')
  if (type === 1 && (users.length !== 1 || parties.length > 0)) refuse(40058, 'type 1 needs exactly one user')
  if (type === 2 && users.length + parties.length === 0) refuse(40058, 'user or party needed')
  if (usersOfWay(desk, { users, parties }).length > MAX_USERS) refuse(41041, 'too many users')
}

export const qrUrl = (desk: Desk, configId: string): string => `${desk.url()}/_sandbox/qr/${configId}.png`

const needWay = ({ world }: Desk, configId: string): ContactWay =>
  world.contactWays.get(configId) ?? refuse(41044, 'invalid config_id')

const facts = (way: ContactWay, desk: Desk) => ({
  config_id: way.configId,
  type: way.type,
  scene: way.scene,
  ...(way.style === undefined ? {} : { style: way.style }),
  remark: way.remark,
  skip_verify: way.skipVerify,
  state: way.state,
  ...(way.scene === 2 ? { qr_code: qrUrl(desk, way.configId) } : {}),
  user: way.users,
  party: way.parties,
  ...tempFacts(desk, way.temp),
  is_exclusive: way.isExclusive,
  mark_source: way.markSource,
})

/** Live codes (联系我). Docs 92228, 96348. */
export function contactWayEndpoints(paging: Paging) {
  const configId = { config_id: need(text(), 41043) }
  const tempWays = createQuota(TEMP_WAYS_A_DAY.most, TEMP_WAYS_A_DAY.lengthMs)
  return [
    endpoint({
      path: '/cgi-bin/externalcontact/add_contact_way',
      method: 'POST',
      params: {
        type: need(int({ min: 1, max: 2, outside: 41039 }), 41037),
        scene: need(int({ min: 1, max: 2, outside: 41040 }), 41038),
        ...settings,
        is_exclusive: bool(),
        ...isTempParam,
      },
      handle: (p, desk) => {
        const { world } = desk
        if (p.scene === 1 && p.style === undefined) refuse(41042, 'style needed in a mini-program')
        checkPeople(desk, p.type, p.user ?? [], p.party ?? [])
        if (world.contactWays.size + world.joinWays.size >= MAX_WAYS) refuse(41045, 'too many contact ways')
        if (p.is_temp) {
          checkMayBeTemp(desk, p.type)
          tempWays.spend(desk.clock.now())
        }
        const way: ContactWay = {
          configId: desk.random.hex(32),
          type: p.type,
          scene: p.scene,
          ...(p.style === undefined ? {} : { style: p.style }),
          remark: p.remark ?? '',
          skipVerify: p.skip_verify ?? true,
          state: p.state ?? '',
          users: p.user ?? [],
          parties: p.party ?? [],
          isExclusive: p.is_exclusive ?? false,
          ...(p.is_temp ? { temp: readTemp(desk, p) } : {}),
          markSource: p.mark_source ?? true,
          createdAtMs: desk.clock.now(),
        }
        world.contactWays.set(way.configId, way)
        desk.changed()
        return { config_id: way.configId, ...(way.scene === 2 ? { qr_code: qrUrl(desk, way.configId) } : {}) }
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/get_contact_way',
      method: 'POST',
      params: configId,
      handle: (p, desk) => ({ contact_way: facts(needWay(desk, p.config_id), desk) }),
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/list_contact_way',
      method: 'POST',
      params: { start_time: int(), end_time: int(), limit: int({ min: 1, max: 1000 }), cursor: text() },
      empty: { contact_way: [], next_cursor: '' },
      handle: (p, { world, clock }) => {
        const endSec = p.end_time ?? toSec(clock.now())
        const startSec = p.start_time ?? endSec - 90 * 86_400
        const { rows, nextCursor } = paging(p.cursor, p.limit ?? 100, () =>
          [...world.contactWays.values()].filter((way) => {
            const madeSec = toSec(way.createdAtMs)
            return way.temp === undefined && madeSec >= startSec && madeSec <= endSec
          }),
        )
        return { contact_way: rows.map((way) => ({ config_id: way.configId })), next_cursor: nextCursor }
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/update_contact_way',
      method: 'POST',
      params: { ...configId, ...settings },
      handle: (p, desk) => {
        const way = needWay(desk, p.config_id)
        const users = p.user ?? way.users
        const parties = p.party ?? way.parties
        checkPeople(desk, way.type, users, parties)
        Object.assign(way, { users, parties })
        if (p.style !== undefined) way.style = p.style
        if (p.remark !== undefined) way.remark = p.remark
        if (p.skip_verify !== undefined) way.skipVerify = p.skip_verify
        if (p.state !== undefined) way.state = p.state
        if (p.mark_source !== undefined) way.markSource = p.mark_source
        if (way.temp !== undefined) way.temp = readTemp(desk, p, way.temp)
        desk.changed()
        return {}
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/del_contact_way',
      method: 'POST',
      params: configId,
      handle: (p, desk) => {
        desk.world.contactWays.delete(needWay(desk, p.config_id).configId)
        desk.changed()
        return {}
      },
    }),
  ]
}
