import Type, { type Static } from 'typebox'
import type { Call } from '../call.ts'
import { get, post } from '../wire/endpoint.ts'
import { Bytes, Characters } from '../wire/text-limits.ts'
import { Done, Id, optionalInteger, optionalText } from './common.ts'

const Flag = Type.Optional(Type.Union([Type.Literal(0), Type.Literal(1)]))
const AgentId = Type.Object({ agentid: Type.Integer() })

const Get = get({
  path: '/cgi-bin/agent/get',
  request: AgentId,
  answer: Type.Object({
    agentid: Type.Integer(),
    name: optionalText,
    description: optionalText,
    /** Who may see the app: members, departments, member tags. */
    allow_userinfos: Type.Optional(Type.Object({ user: Type.Optional(Type.Array(Type.Object({ userid: Id }))) })),
    allow_partys: Type.Optional(Type.Object({ partyid: Type.Optional(Type.Array(Type.Integer())) })),
    allow_tags: Type.Optional(Type.Object({ tagid: Type.Optional(Type.Array(Type.Integer())) })),
    /** 1: switched off in the console. */
    close: optionalInteger,
    /** Trusted domain, with its port. */
    redirect_domain: optionalText,
    home_url: optionalText,
    report_location_flag: optionalInteger,
    isreportenter: optionalInteger,
  }),
})
const List = get({
  path: '/cgi-bin/agent/list',
  request: Type.Object({}),
  answer: Type.Object({
    agentlist: Type.Optional(Type.Array(Type.Object({ agentid: Type.Integer(), name: optionalText }))),
  }),
})
const Change = post({
  path: '/cgi-bin/agent/set',
  repeatable: true,
  request: Type.Object({
    agentid: Type.Integer(),
    name: Type.Optional(Characters(32, '应用名称')),
    description: Type.Optional(
      Type.Refine(
        Characters(120, '应用介绍'),
        (value) => [...value].length >= 4,
        () => '「应用介绍」至少 4 个字',
      ),
    ),
    logo_mediaid: Type.Optional(Id),
    redirect_domain: optionalText,
    home_url: optionalText,
    report_location_flag: Flag,
    isreportenter: Flag,
  }),
  answer: Done,
})

const leaf = (mostBytes: number) => ({
  name: Bytes(mostBytes, '菜单名称'),
  /** click, view, view_miniprogram, scancode_push … ; absent when there are sub buttons. */
  type: optionalText,
  key: Type.Optional(Bytes(128, '菜单 key')),
  url: Type.Optional(Bytes(1_024, '菜单网址')),
  appid: optionalText,
  pagepath: optionalText,
})
const Button = Type.Object({
  ...leaf(16),
  sub_button: Type.Optional(Type.Array(Type.Object(leaf(40)), { maxItems: 5 })),
})
/** agentid goes in the query; without it WeCom takes the app of the token. */
const MenuCreate = post({
  path: '/cgi-bin/menu/create',
  repeatable: true,
  request: Type.Object({ button: Type.Array(Button, { minItems: 1, maxItems: 3 }) }),
  answer: Done,
})
const AnyButton = Type.Object({ name: optionalText, type: optionalText, key: optionalText, url: optionalText })
const MenuGet = get({
  path: '/cgi-bin/menu/get',
  request: AgentId,
  answer: Type.Object({
    button: Type.Optional(
      Type.Array(Type.Intersect([AnyButton, Type.Object({ sub_button: Type.Optional(Type.Array(AnyButton)) })])),
    ),
  }),
})
const MenuDelete = get({ path: '/cgi-bin/menu/delete', request: AgentId, answer: Done })

const IpList = Type.Object({ ip_list: Type.Array(Type.String()) })
const ApiIps = get({ path: '/cgi-bin/get_api_domain_ip', request: Type.Object({}), answer: IpList })
const CallbackIps = get({ path: '/cgi-bin/getcallbackip', request: Type.Object({}), answer: IpList })

/** Our app in the console of WeCom, its menu, and the addresses WeCom talks from. All safe to repeat. */
export const createAppSettings = (call: Call, agentId: number) => ({
  /** Visible range, trusted domain, switched off or not. Throws 40056, 50003. Doc 90227. */
  get: () => call(Get, { agentid: agentId }),
  /** Apps that the token may see. Doc 90227. */
  list: () => call(List, {}),
  /** Only what is given changes. Throws 85004 (20 domains a month), 85005 (domain not proven). Doc 90228. */
  set: (body: Omit<Static<typeof Change.request>, 'agentid'>) => call(Change, { agentid: agentId, ...body }),
  /** Replaces the whole menu: 1–3 buttons of ≤16 bytes, each with ≤5 sub buttons of ≤40. Doc 90231. */
  createMenu: (button: Static<typeof MenuCreate.request>['button']) => call(MenuCreate, { button }),
  /** Throws 46003 when there is none. Doc 90232. */
  menu: () => call(MenuGet, { agentid: agentId }),
  /** Doc 90233. */
  deleteMenu: () => call(MenuDelete, { agentid: agentId }),
  /** Addresses of the API, single ones or ranges as a.b.c.d/n or a.b.c.*; look once a day. Doc 92520. */
  apiIps: () => call(ApiIps, {}),
  /** Addresses that callbacks come from, in the same forms; look once a day. Doc 90930. */
  callbackIps: () => call(CallbackIps, {}),
})
