import type { Db } from '../../core/db/db.ts'
import type { Tx } from '../../core/db/tx.ts'
import { AppError, describeError } from '../../core/kernel/app-error.ts'
import { backoffMs } from '../../core/kernel/backoff.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { type AssetFile, type AssetFiles, fingerprintOf } from './asset-files.ts'
import { type PreparedMedia, preparedMedia } from './prepared-media.ts'
import { groupQrSource, isForMoments, type WantedMedia, wantedMedia } from './wanted-media.ts'

export interface PrepareMediaDeps {
  db: Db
  clock: Clock
  log: Logger
  wecom: Pick<Wecom, 'media'>
  rules: Pick<RuleBookHolder, 'current'>
  assets: AssetFiles
  /** QR codes of the group pools, as far as WeCom has made them. */
  joinWays: (tx: Tx) => Promise<{ pool: string; qrCode: string | undefined }[]>
}

/** A media id lives three days (docs 90253); it is renewed a day before, so a platform that is down for hours is no harm. */
const MEDIA_LIFE_MS = 3 * DAY_MS
export const RENEW_BEFORE_MS = DAY_MS
const RETRY_MS = [MINUTE_MS / 2, 2 * MINUTE_MS, 10 * MINUTE_MS, 60 * MINUTE_MS]

/** Where a picture comes from: what tells that it changed, and how to get it. */
interface Origin {
  fingerprint(): Promise<string>
  read(): Promise<AssetFile>
}

/** Uploads what the rules want and WeCom does not hold yet, holds in an older form, or will soon forget. Safe to repeat and
 *  to cut off: at worst a picture is uploaded twice. One that fails waits for its own next try and stops no other. */
export function createPrepareMedia({ db, clock, log, wecom, rules, assets, joinWays }: PrepareMediaDeps) {
  function origins(ways: { pool: string; qrCode: string | undefined }[]): (wanted: WantedMedia) => Origin | undefined {
    const qrCodes = new Map(ways.map((way) => [groupQrSource(way.pool), way.qrCode]))
    return ({ source, as }) => {
      const qrCode = qrCodes.get(source)
      if (qrCode !== undefined) return qrOrigin(qrCode)
      // A pool's code is not there until WeCom has made its join way; the next round looks again.
      if (source.startsWith(groupQrSource(''))) return undefined
      const path = source.slice(source.indexOf(':') + 1)
      return { fingerprint: () => assets.fingerprint(path, as), read: () => assets.read(path, as) }
    }
  }

  /** WeCom draws the code behind a URL; the URL is new when the code is. */
  const qrOrigin = (url: string): Origin => ({
    fingerprint: () => Promise.resolve(fingerprintOf(url)),
    read: async () => {
      const { bytes } = await wecom.media.download(url)
      return { bytes, fileName: `${fingerprintOf(bytes).slice(0, 16)}.${isJpeg(bytes) ? 'jpg' : 'png'}` }
    },
  })

  async function prepare(wanted: WantedMedia, stored: PreparedMedia | undefined, origin: Origin): Promise<void> {
    const now = clock.now()
    let held = stored ?? nothing(wanted.source)
    try {
      const fingerprint = await origin.fingerprint()
      if (held.retryAtMs !== undefined && held.retryAtMs > now) return
      const isOfMoment = isForMoments(wanted.source)
      const isOther = held.fingerprint !== fingerprint
      const needsPicture = wanted.as === 'image' && !isOfMoment && (held.picUrl === undefined || isOther)
      const isIdFresh = held.mediaUntilMs !== undefined && held.mediaUntilMs - RENEW_BEFORE_MS > now
      const needsId = !wanted.pictureOnly && (needsPicture || isOther || !isIdFresh)
      if (!needsPicture && !needsId && held.trouble === undefined) return
      const file = await origin.read()
      if (needsPicture) {
        const { url } = await wecom.media.uploadImage(file)
        held = { ...nothing(wanted.source), fingerprint, picUrl: url }
      }
      if (needsId) {
        const { media_id } = isOfMoment
          ? await wecom.media.uploadAttachment({ use: 'moment', type: wanted.as, ...file })
          : await wecom.media.upload({ type: wanted.as, ...file })
        held = { ...held, fingerprint, mediaId: media_id, mediaUntilMs: now + MEDIA_LIFE_MS }
      }
      await save({ ...held, attempts: 0, retryAtMs: undefined, trouble: undefined })
    } catch (error) {
      await rememberTrouble(held, error)
    }
  }

  const save = (media: PreparedMedia): Promise<void> => db.tx((tx) => preparedMedia.save(tx, media, clock.now()))

  /** What WeCom holds stays usable while its successor cannot be had. */
  async function rememberTrouble(held: PreparedMedia, error: unknown): Promise<void> {
    const attempts = held.attempts + 1
    const trouble = error instanceof AppError && error.zh !== undefined ? error.zh : describeError(error)
    const isOurs = error instanceof AppError && error.code === 'media.bad-asset'
    if (held.trouble !== trouble)
      log.warn({ source: held.source, err: describeError(error) }, 'picture could not be prepared')
    else if (isOurs) return
    // A file that is wrong costs WeCom nothing, so it is looked at again in every round until it is mended.
    const retryAtMs = isOurs ? undefined : clock.now() + backoffMs(RETRY_MS, attempts)
    await save({ ...held, attempts, retryAtMs, trouble })
  }

  return async (): Promise<void> => {
    const wanted = wantedMedia(rules.current())
    const { held, ways } = await db.statement(async (tx) => ({
      held: await preparedMedia.all(tx),
      ways: await joinWays(tx),
    }))
    const originOf = origins(ways)
    for (const one of wanted.values()) {
      const origin = originOf(one)
      if (origin !== undefined) await prepare(one, held.get(one.source), origin)
    }
  }
}

const nothing = (source: string): PreparedMedia => ({
  source,
  fingerprint: '',
  picUrl: undefined,
  mediaId: undefined,
  mediaUntilMs: undefined,
  attempts: 0,
  retryAtMs: undefined,
  trouble: undefined,
})

const isJpeg = (bytes: Buffer): boolean => bytes[0] === 0xff && bytes[1] === 0xd8
