import type { Db } from '../../core/db/db.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { type Executor, execute, type Failure } from '../../engine/actions/action-kind.ts'
import { ERRCODE } from '../../platform/wecom/error-codes/errcode.ts'
import { refusedText } from '../../platform/wecom/error-codes/refused-text.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { isRefusedWith } from '../../platform/wecom/wire/wecom-error.ts'
import type { Links } from '../../records/links/links.ts'
import type { Media } from '../../records/media/media.ts'
import type { GroupWelcomeContent } from '../../rules/schema/content.ts'
import { later } from '../mass-send/later.ts'
import { fillLinksForMany } from '../welcome/fill-names.ts'
import { AddGroupWelcome, DeleteGroupWelcome, EditGroupWelcome, ReadGroupWelcome } from './group-welcome-actions.ts'
import { groupWelcomes } from './group-welcome-queries.ts'
import { DELETED, forget } from './keep-group-welcome.ts'
import { welcomeBody } from './welcome-body.ts'

export interface GroupWelcomeExecutorsDeps {
  db: Db
  clock: Clock
  wecom: { groupWelcomes: Wecom['groupWelcomes'] }
  media: Pick<Media, 'attachments'>
  links: Pick<Links, 'urlForMany'>
}

const UNCLEAR =
  '不知道企业微信有没有创建：它没有应答，也没有列表可查；为免素材库里多出一条，不会再创建。请在管理后台「入群欢迎语」里看：有就删掉，再改一下文件里的文字，会重新创建'

/** A template of another app, or gone. */
const isGone = (error: unknown): boolean =>
  isRefusedWith(error, ERRCODE.noSuchGroupWelcome) || isRefusedWith(error, ERRCODE.notOurGroupWelcome)

/** Carries out what `keepGroupWelcome` queues. WeCom has no list of templates, so an adding whose answer never came is not
 *  repeated; all else may be. Owners are told by us, not by WeCom (`notify`): it would tell them of one whose answer was lost, too.
 *  Source: doc 92366. */
export function groupWelcomeExecutors({ db, clock, wecom, media, links }: GroupWelcomeExecutorsDeps): Executor[] {
  const filled = (text: string): string => fillLinksForMany(text, links.urlForMany)
  async function bodyOf(content: GroupWelcomeContent) {
    const { ready, missing } = await db.tx((tx) => media.attachments(tx, content.attachments ?? []))
    const zh = `还没有准备好：${missing.join('、')}`
    if (missing.length > 0) throw later('group-welcomes.not-ready', 'attachment is not ready', 5 * MINUTE_MS, zh)
    return welcomeBody(content.text === undefined ? content : { ...content, text: filled(content.text) }, ready)
  }
  const isLive = (tx: Tx, { welcomeId, stamp }: { welcomeId: number; stamp: string }, templateId: string) =>
    groupWelcomes.change(tx, welcomeId, {
      template_id: templateId,
      live_as: stamp,
      open_key: null,
      unclear_as: null,
      refused_as: null,
      trouble: null,
      checked_at: clock.now(),
      changed_at: clock.now(),
    })
  const isUnclear = (tx: Tx, { welcomeId, stamp }: { welcomeId: number; stamp: string }) =>
    groupWelcomes.change(tx, welcomeId, { open_key: null, unclear_as: stamp, trouble: UNCLEAR })
  /** The next look makes it anew. */
  const isLost = (tx: Tx, welcomeId: number) =>
    groupWelcomes.change(tx, welcomeId, { open_key: null, template_id: null, live_as: null })
  const refused = (tx: Tx, welcomeId: number, refusedAs: string, { errcode }: Failure) =>
    groupWelcomes.change(tx, welcomeId, {
      open_key: null,
      refused_as: refusedAs,
      refused_at: clock.now(),
      trouble: refusedText('入群欢迎语', errcode, '一小时后再试'),
    })

  return [
    execute(AddGroupWelcome, {
      perform: async ({ payload, mayHaveHappened }) => {
        if (mayHaveHappened) return undefined
        const body = await bodyOf(payload.content)
        return (await wecom.groupWelcomes.add({ ...body, notify: 0 })).template_id
      },
      record: async (tx, { payload }, templateId) => {
        await (templateId === undefined ? isUnclear(tx, payload) : isLive(tx, payload, templateId))
      },
      abandoned: async (tx, { payload }, failure) => {
        const { welcomeId, stamp } = payload
        await (failure.mayHaveHappened ? isUnclear(tx, payload) : refused(tx, welcomeId, stamp, failure))
      },
    }),
    execute(EditGroupWelcome, {
      perform: async ({ payload }) => {
        const body = await bodyOf(payload.content)
        try {
          await wecom.groupWelcomes.edit({ template_id: payload.templateId, ...body })
          return true
        } catch (error) {
          if (isGone(error)) return false
          throw error
        }
      },
      record: async (tx, { payload }, isThere) => {
        await (isThere ? isLive(tx, payload, payload.templateId) : isLost(tx, payload.welcomeId))
      },
      abandoned: async (tx, { payload }, failure) => {
        await refused(tx, payload.welcomeId, payload.stamp, failure)
      },
    }),
    execute(DeleteGroupWelcome, {
      perform: async ({ payload }) => {
        try {
          await wecom.groupWelcomes.del({ template_id: payload.templateId })
        } catch (error) {
          if (!isGone(error)) throw error
        }
      },
      record: (tx, { payload }) => forget(tx, payload.welcomeId),
      abandoned: async (tx, { payload }, failure) => {
        await refused(tx, payload.welcomeId, DELETED, failure)
      },
    }),
    execute(ReadGroupWelcome, {
      perform: async ({ payload }) => {
        try {
          const { text } = await wecom.groupWelcomes.get({ template_id: payload.templateId })
          return (text?.content ?? '').trim() === filled(payload.text).trim() ? 'same' : 'other'
        } catch (error) {
          if (isGone(error)) return 'gone'
          throw error
        }
      },
      record: async (tx, { payload: { welcomeId } }, found) => {
        if (found === 'gone') await isLost(tx, welcomeId)
        else {
          const edited = found === 'other' ? { live_as: null } : {}
          await groupWelcomes.change(tx, welcomeId, { ...edited, open_key: null, checked_at: clock.now() })
        }
      },
      abandoned: async (tx, { payload: { welcomeId } }) => {
        await groupWelcomes.change(tx, welcomeId, { open_key: null, checked_at: clock.now() })
      },
    }),
  ]
}
