import { MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import { openSendScene, type SendScene, type SendSceneOptions } from './send-scene.ts'

export const FRIDAY = `
send: 周三群福利
to: groups
audience: { group.pool: 付费群 }
content: { text: 今晚群里有福利 }
cron: "0 10 * * 3"
`

export const POOL = `
pool: 付费群
role: paid
groups: { namePrefix: 付费群 }
capacity: 200
entry: {}
inviteBy: task
`

export type GroupScene = Awaited<ReturnType<typeof openGroupScene>>

/** The scene of scheduled sends, with a pool 付费群 and a send into its groups (周三群福利, Wednesdays at 10:00); no groups. */
export async function openGroupScene(options: SendSceneOptions = {}) {
  const scene = await openSendScene({
    sends: FRIDAY,
    ...options,
    config: { 'groups/paid.yaml': POOL, ...(typeof options.config === 'object' ? options.config : {}) },
  })
  return around(scene, options)
}

function around(scene: SendScene, options: SendSceneOptions) {
  return {
    ...scene,
    /** Customer groups `name: owner`, which have been read. */
    open: async (groups: Record<string, string>) => {
      for (const [name, ownerUserId] of Object.entries(groups)) {
        await scene.sandbox.createGroup({ name, ownerUserId, chatId: `wr-${name}` })
      }
      await scene.settle()
      await scene.advance(0)
    },
    wait: async (minutes: number) => {
      for (let minute = 0; minute < minutes; minute++) await scene.advance(MINUTE_MS)
    },
    /** `owner: groups` of every task that was asked for. */
    created: (): string[] =>
      scene.sandbox.calls('externalcontact/add_msg_template').map(({ body }) => {
        const { chat_type, sender, chat_id_list } = body as {
          chat_type: string
          sender: string
          chat_id_list: string[]
        }
        return `${chat_type} ${sender}: ${chat_id_list.join(' ')}`
      }),
    /** `group outcome reason`, in the order of runs and groups. */
    outcomes: async (): Promise<string[]> => {
      const rows = await scene.rawRows<{ chat_id: string; outcome: string; reason: string | null }>(
        'SELECT chat_id, outcome, reason FROM send_group ORDER BY run_id, chat_id',
      )
      return rows.map(({ chat_id, outcome, reason }) =>
        [chat_id, outcome, reason].filter((one) => one !== null).join(' '),
      )
    },
    /** What a customer group has read. */
    said: (name: string): (string | undefined)[] =>
      (scene.sandbox.world.groups.get(`wr-${name}`)?.messages ?? []).map(({ text }) => text),
    /** `more`: all of its config, where that is not what it was. */
    again: async (more: Pick<SendSceneOptions, 'config'> = {}) =>
      around(await scene.again({ ...options, ...more }), options),
  }
}
