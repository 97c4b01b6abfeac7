import type { Tx } from '../../core/db/tx.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import { backoffMs } from '../../core/kernel/backoff.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { MESSAGE_TEXT_BYTES } from '../../core/kernel/wecom-limits.ts'
import { throughSend } from '../../records/links/link-ways.ts'
import type { Links } from '../../records/links/links.ts'
import type { Media } from '../../records/media/media.ts'
import { fillLinksForMany, linksAskedFor } from '../welcome/fill-names.ts'
import type { BatchOfRun } from './batches.ts'
import { later } from './later.ts'
import { fillForGuide } from './personal-words.ts'
import { isChosenByWecom } from './wecom-chooses.ts'

export interface DraftDeps {
  guideName(tx: Tx, userId: string): Promise<string | undefined>
  attachments: Media['attachments']
  linkFor: Links['urlForMany']
}

/** Twelve tries, about four hours: longer than preparing a picture takes, shorter than the message stays of use. */
const MEDIA_RETRY_MS = [1, 2, 5, 10, 30].map((minutes) => minutes * MINUTE_MS)

/** What a guide's customers will get, in the guide's name. Throws `mass-send.media-not-ready` (another try may fare better),
 *  `mass-send.no-link`, `mass-send.empty` and `mass-send.too-long`. */
export function createDraft(deps: DraftDeps) {
  return async function draft(tx: Tx, { batch, content, variantNumber }: BatchOfRun, attempts: number) {
    const through = throughSend(batch.run_id, variantNumber)
    const linkFor = (name: string): string | undefined => deps.linkFor(name, through)
    const gone = linksAskedFor(content.text ?? '').filter((name) => linkFor(name) === undefined)
    if (gone.length > 0) {
      const zh = `policy.yaml 里已经没有正文要的链接：${gone.join('、')}`
      throw new AppError('mass-send.no-link', `${gone.length} link(s) of the text are not in the rules`, { zh })
    }
    const written = fillLinksForMany(content.text ?? '', linkFor)
    // Of several guides none has a name: the rules are checked for that.
    const text = fillForGuide(written, isChosenByWecom(batch) ? undefined : await deps.guideName(tx, batch.userid))
    const { ready, missing } = await deps.attachments(tx, content.attachments ?? [])
    if (missing.length > 0) {
      const zh = `素材没有准备好：${missing.join('、')}`
      throw later(
        'mass-send.media-not-ready',
        `${missing.length} attachment(s) not ready`,
        backoffMs(MEDIA_RETRY_MS, attempts),
        zh,
      )
    }
    if (text === '' && ready.length === 0) {
      throw new AppError('mass-send.empty', 'neither text nor attachments', { zh: '没有内容：正文和附件都为空' })
    }
    if (Buffer.byteLength(text) > MESSAGE_TEXT_BYTES) {
      const zh = `正文超过 ${MESSAGE_TEXT_BYTES} 字节（一个汉字 3 字节），请缩短`
      throw new AppError('mass-send.too-long', 'text exceeds 4,000 bytes', { zh })
    }
    return { text, attachments: ready }
  }
}
