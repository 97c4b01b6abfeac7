import type { Platform } from '../../capabilities/create-capabilities.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import type { GrantDesk } from '../../operations/grants/grant-desk.ts'

/** Some of an area's methods; every other one throws: a rehearsal asks nobody. */
function only<Area extends object>(name: string, methods: Partial<Area>): Area {
  const refuse = (method: string) => () =>
    Promise.reject(new AppError('rehearsal.not-asked', `${name}.${method} is not rehearsed`))
  // What is missing throws when called, which makes the cast true for whoever calls only what is here.
  return new Proxy(methods, {
    get: (target, method) => Reflect.get(target, method) ?? refuse(String(method)),
  }) as Area
}

/** A platform that agrees to everything we do and tells nothing: functions of this process without address or secret.
 *  Guides confirm a mass-send at once, and it reaches everybody. `sendersOf`: whom it chooses where no sender is named, by external_userid. */
export function createAgreeingPlatform(
  clock: Clock,
  sendersOf: (externalUserIds: readonly string[]) => Promise<ReadonlyMap<string, string>> = async () => new Map(),
): Platform {
  const sends = new Map<string, { of: Map<string, string[]>; isGroup: boolean; atSec: number }>()
  let made = 0
  const newId = (what: string): string => `rehearsed-${what}-${++made}`
  const agree = async () => ({})

  return {
    contacts: only<Platform['contacts']>('contacts', { remark: agree, sendWelcome: agree }),
    tags: only<Platform['tags']>('tags', {
      mark: agree,
      add: async ({ group_id, group_name, tag }) => ({
        tag_group: {
          group_id: group_id ?? newId('group'),
          group_name: group_name ?? '',
          tag: tag.map(({ name }) => ({ id: newId('tag'), name })),
        },
      }),
    }),
    strategyTags: only<Platform['strategyTags']>('strategyTags', {}),
    messages: only<Platform['messages']>('messages', { send: async () => ({ msgid: newId('message') }) }),
    massSends: only<Platform['massSends']>('massSends', {
      create: async ({ chat_type, external_userid = [], chat_id_list = [], sender }) => {
        const msgid = newId('send')
        const isGroup = chat_type === 'group'
        const ids = isGroup ? chat_id_list : external_userid
        const chosen = sender === undefined ? await sendersOf(ids) : undefined
        const of = groupBy(ids, (id) => sender ?? chosen?.get(id) ?? '')
        const failed = of.get('') ?? []
        of.delete('')
        sends.set(msgid, { of, isGroup, atSec: Math.floor(clock.now() / 1_000) })
        return { msgid, fail_list: failed }
      },
      tasks: async ({ msgid }) => {
        const { of = new Map<string, string[]>(), atSec = 0 } = sends.get(msgid) ?? {}
        return { task_list: [...of.keys()].map((userid) => ({ userid, status: 2, send_time: atSec })) }
      },
      results: async ({ msgid, userid }) => {
        const { of, isGroup = false, atSec = 0 } = sends.get(msgid) ?? {}
        const sent = { status: 1, send_time: atSec }
        const ids = of?.get(userid) ?? []
        return { send_list: ids.map((id) => ({ ...(isGroup ? { chat_id: id } : { external_userid: id }), ...sent })) }
      },
      remind: agree,
      cancel: agree,
    }),
    // Whom it would be shown to this platform does not know: nobody publishes it here.
    moments: only<Platform['moments']>('moments', {
      create: async () => ({ jobid: newId('moment-job') }),
      createResult: async () => ({ status: 3, result: { errcode: 0, moment_id: newId('moment') } }),
      tasks: async () => ({ task_list: [] }),
      cancel: agree,
    }),
    media: only<Platform['media']>('media', {
      upload: async () => ({ media_id: newId('media') }),
      uploadAttachment: async () => ({ media_id: newId('media') }),
      uploadImage: async () => ({ url: 'rehearsed' }),
      download: async () => ({ bytes: Buffer.alloc(0), contentType: 'image/png' }),
    }),
    ways: only<Platform['ways']>('ways', {}),
    customerService: only<Platform['customerService']>('customerService', {}),
    groups: only<Platform['groups']>('groups', {}),
    interceptRules: only<Platform['interceptRules']>('interceptRules', {}),
    groupWelcomes: only<Platform['groupWelcomes']>('groupWelcomes', {}),
    handovers: only<Platform['handovers']>('handovers', {}),
    staff: only<Platform['staff']>('staff', {}),
  }
}

/** Shops that know everybody and give whatever they are asked for. */
export const AGREEING_DESK: GrantDesk = {
  at: async () => ({
    memberOf: async () => 'rehearsed',
    holds: async () => undefined,
    grant: async () => ({ kind: 'given' }),
  }),
}
