import type { MenuButton } from '../app-settings.ts'
import type { Desk } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import { int, need, objects, readShape, type Shape, text } from '../params.ts'
import { refuse } from '../refusal.ts'
import { checkAgentId } from './agent.ts'

const TYPES = new Set([
  'click',
  'view',
  'scancode_push',
  'scancode_waitmsg',
  'pic_sysphoto',
  'pic_photo_or_album',
  'pic_weixin',
  'location_select',
  'view_miniprogram',
])
const anything = { read: (value: unknown) => value }
const BUTTON: Shape = {
  name: need(text({ bytes: 16, tooLong: 40018 }), 40018),
  type: text(),
  key: text({ bytes: 128, tooLong: 40019 }),
  url: text({ bytes: 1024, tooLong: 40020 }),
  appid: text(),
  pagepath: text(),
  sub_button: anything,
}
const SUB_BUTTON: Shape = { ...BUTTON, name: need(text({ bytes: 40, tooLong: 40025 }), 40025) }

function readButton(given: Record<string, unknown>, isSub: boolean): MenuButton {
  const { sub_button: below, ...button } = readShape(isSub ? SUB_BUTTON : BUTTON, given, 'button')
  const children = Array.isArray(below) ? below : []
  const known = Object.fromEntries(Object.entries(button).filter(([, value]) => value !== undefined))
  const name = String(button.name)
  if (children.length > 0) {
    if (isSub) refuse(40022, 'sub buttons in a sub button')
    if (children.length > 5) refuse(40023, 'too many sub buttons')
    return { name, sub_button: children.map((child: Record<string, unknown>) => readButton(child, true)) }
  }
  const type = typeof button.type === 'string' ? button.type : ''
  if (!TYPES.has(type)) refuse(isSub ? 40024 : 40017, 'invalid button type')
  if (type === 'view' && !button.url) refuse(isSub ? 40027 : 40020, 'url missing')
  if (type === 'view_miniprogram' && (!button.appid || !button.pagepath)) refuse(40035, 'appid or pagepath missing')
  if (!type.startsWith('view') && !button.key) refuse(isSub ? 40026 : 40019, 'key missing')
  return { ...known, name }
}

const menuOf = ({ world }: Desk): MenuButton[] => world.app.menu ?? refuse(46003, 'no menu')

/** Menu of the app in the message list. Docs 90231, 90232, 90233. */
export function menuEndpoints() {
  const agentid = { agentid: int() }
  return [
    endpoint({
      path: '/cgi-bin/menu/create',
      method: 'POST',
      params: {
        ...agentid,
        button: need(
          objects(
            {
              type: text(),
              name: anything,
              key: anything,
              url: anything,
              appid: text(),
              pagepath: text(),
              sub_button: anything,
            },
            { max: 3, tooMany: 40016 },
          ),
          40016,
        ),
      },
      handle: (p, desk) => {
        checkAgentId(desk, p.agentid)
        desk.world.app.menu = p.button.map((button) => readButton(button, false))
        return {}
      },
    }),
    endpoint({
      path: '/cgi-bin/menu/get',
      method: 'GET',
      params: agentid,
      handle: (p, desk) => {
        checkAgentId(desk, p.agentid)
        return { button: menuOf(desk) }
      },
    }),
    endpoint({
      path: '/cgi-bin/menu/delete',
      method: 'GET',
      params: agentid,
      handle: (p, desk) => {
        checkAgentId(desk, p.agentid)
        delete desk.world.app.menu
        return {}
      },
    }),
  ]
}
