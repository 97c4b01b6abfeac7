import { MINUTE_MS, shanghaiText } from '../../../core/kernel/shanghai.ts'
import { type GroupScene, openGroupScene, POOL } from './group-scene.ts'
import type { SendSceneOptions } from './send-scene.ts'

const NO_SEND = 'send: 没有用\nenabled: false\naudience: {}\ncontent: { text: 无 }\nat: "2026-09-01 10:00"\n'

/** The scene of sends into groups with one campaign and no other send; a Wednesday at 9:59. `config`: beside it. */
export async function openCampaignScene(
  campaign: string,
  config: Record<string, string> = {},
  options: Pick<SendSceneOptions, 'env'> = {},
) {
  const configOf = (text: string) => ({ 'groups/paid.yaml': POOL, 'campaigns/c.yaml': text, ...config })
  const scene = await openGroupScene({ ...options, sends: NO_SEND, config: configOf(campaign) })
  return {
    ...scene,
    /** Another process in place of it, which finds this in its folder. */
    after: (text: string): Promise<GroupScene> => scene.again({ config: configOf(text) }),
    write: async (text: string): Promise<void> => {
      scene.writeConfig({ 'campaigns/c.yaml': text })
      await scene.huoshui.rules.check()
      for (let round = 0; round < 3; round++) await scene.advance(MINUTE_MS / 2)
    },
  }
}

/** Goes on at that time in Shanghai and for a minute more, by `process` or by the one that opened the scene. */
export async function at(process: Pick<GroupScene, 'clock' | 'advance'>, time: string): Promise<void> {
  process.clock.set(Date.parse(`${time.replace(' ', 'T')}:00+08:00`))
  for (let round = 0; round < 3; round++) await process.advance(MINUTE_MS / 2)
}

/** `time what` of all that was asked of guides and owners, in its order. */
export function heard(scene: Pick<GroupScene, 'sandbox' | 'clock'>) {
  let seen = { sends: 0, moments: 0 }
  return (): string[] => {
    const sends = scene.sandbox.calls('externalcontact/add_msg_template')
    const moments = scene.sandbox.calls('externalcontact/add_moment_task')
    const fresh = [...sends.slice(seen.sends), ...moments.slice(seen.moments)]
    seen = { sends: sends.length, moments: moments.length }
    const when = shanghaiText(scene.clock.now()).slice(5)
    return fresh.map(({ body }) => {
      const { sender, text, external_userid, chat_id_list } = body as {
        sender?: string
        text: { content: string }
        external_userid?: string[]
        chat_id_list?: string[]
      }
      return [when, sender ?? '朋友圈', text.content, ...(external_userid ?? chat_id_list ?? [])].join(' ')
    })
  }
}
