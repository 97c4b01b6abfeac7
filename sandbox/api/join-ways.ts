import type { Desk } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import { bool, int, need, text, texts } from '../params.ts'
import { refuse } from '../refusal.ts'
import type { JoinWay } from '../world.ts'
import { MAX_WAYS, qrUrl } from './contact-ways.ts'

const settings = {
  scene: need(int({ min: 1, max: 2, outside: 41040 }), 41038),
  remark: text(),
  auto_create_room: int({ min: 0, max: 1 }),
  room_base_name: text({ chars: 40 }),
  room_base_id: int({ min: 0 }),
  chat_id_list: need(texts({ max: 5, tooMany: 41091 })),
  state: text({ chars: 30 }),
  mark_source: bool(),
}
type Settings = {
  scene: number
  remark: string | undefined
  auto_create_room: number | undefined
  room_base_name: string | undefined
  room_base_id: number | undefined
  chat_id_list: string[]
  state: string | undefined
  mark_source: boolean | undefined
}

function read(p: Settings, configId: string, { world }: Desk): JoinWay {
  for (const id of p.chat_id_list) {
    const group = world.groups.get(id) ?? refuse(40050, 'chatid does not exist')
    if (group.dismissed) refuse(49008, 'group dismissed')
  }
  return {
    configId,
    scene: p.scene,
    remark: [...(p.remark ?? '')].slice(0, 30).join(''),
    autoCreateRoom: (p.auto_create_room ?? 1) === 1,
    roomBaseName: p.room_base_name ?? '',
    roomBaseId: p.room_base_id ?? 1,
    chatIds: [...new Set(p.chat_id_list)],
    state: p.state ?? '',
    markSource: p.mark_source ?? true,
  }
}

const needWay = ({ world }: Desk, configId: string): JoinWay =>
  world.joinWays.get(configId) ?? refuse(41044, 'invalid config_id')

/** Codes that let customers into groups (入群方式). Docs 92229. */
export function joinWayEndpoints() {
  const configId = { config_id: need(text(), 41043) }
  return [
    endpoint({
      path: '/cgi-bin/externalcontact/groupchat/add_join_way',
      method: 'POST',
      params: settings,
      handle: (p, desk) => {
        const { world } = desk
        if (world.contactWays.size + world.joinWays.size >= MAX_WAYS) refuse(41045, 'too many ways')
        const way = read(p, desk.random.hex(32), desk)
        world.joinWays.set(way.configId, way)
        desk.changed()
        return { config_id: way.configId }
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/groupchat/get_join_way',
      method: 'POST',
      params: configId,
      handle: (p, desk) => {
        const way = needWay(desk, p.config_id)
        return {
          join_way: {
            config_id: way.configId,
            scene: way.scene,
            remark: way.remark,
            auto_create_room: way.autoCreateRoom ? 1 : 0,
            room_base_name: way.roomBaseName,
            room_base_id: way.roomBaseId,
            chat_id_list: way.chatIds,
            qr_code: qrUrl(desk, way.configId),
            state: way.state,
            mark_source: way.markSource,
          },
        }
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/groupchat/update_join_way',
      method: 'POST',
      params: { ...configId, ...settings },
      handle: (p, desk) => {
        const held = needWay(desk, p.config_id)
        desk.world.joinWays.set(held.configId, read(p, held.configId, desk))
        desk.changed()
        return {}
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/groupchat/del_join_way',
      method: 'POST',
      params: configId,
      handle: (p, desk) => {
        desk.world.joinWays.delete(needWay(desk, p.config_id).configId)
        desk.changed()
        return {}
      },
    }),
  ]
}
