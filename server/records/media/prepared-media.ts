import type { NewRowOf, RowOf } from '../../core/db/define-table.ts'
import { all, list, maybeNumber, number, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { PREPARED_MEDIA } from './media-tables.ts'

/** One picture as WeCom holds it. */
export interface PreparedMedia {
  source: string
  /** Of the content that was uploaded. */
  fingerprint: string
  picUrl: string | undefined
  mediaId: string | undefined
  /** The media id is dead from here on, UTC milliseconds. */
  mediaUntilMs: number | undefined
  attempts: number
  /** After a failure: not before this instant. */
  retryAtMs: number | undefined
  /** Why it is not ready, in Chinese. */
  trouble: string | undefined
}

const m = PREPARED_MEDIA

const toMedia = (row: RowOf<typeof m>): PreparedMedia => ({
  source: row.source,
  fingerprint: row.fingerprint,
  picUrl: row.pic_url ?? undefined,
  mediaId: row.media_id ?? undefined,
  mediaUntilMs: row.media_until ?? undefined,
  attempts: row.attempts,
  retryAtMs: row.retry_at ?? undefined,
  trouble: row.trouble ?? undefined,
})

const toRow = (media: PreparedMedia, nowMs: number): NewRowOf<typeof m> => ({
  source: media.source,
  fingerprint: media.fingerprint,
  pic_url: media.picUrl ?? null,
  media_id: media.mediaId ?? null,
  media_until: media.mediaUntilMs ?? null,
  prepared_at: nowMs,
  attempts: media.attempts,
  retry_at: media.retryAtMs ?? null,
  trouble: media.trouble ?? null,
})

export const preparedMedia = {
  all: async (tx: Tx): Promise<Map<string, PreparedMedia>> => {
    const rows = await tx.rows(sql`SELECT ${all(m)} FROM ${m}`)
    return new Map(rows.map((row) => [row.source, toMedia(row)]))
  },
  some: async (tx: Tx, sources: string[]): Promise<Map<string, PreparedMedia>> => {
    if (sources.length === 0) return new Map()
    const rows = await tx.rows(sql`SELECT ${all(m)} FROM ${m} WHERE ${m.source} IN ${list(sources)}`)
    return new Map(rows.map((row) => [row.source, toMedia(row)]))
  },
  /** Another text when any picture became ready, was renewed or is ready no more. The table is as small as the rules. */
  stamp: async (tx: Tx): Promise<string> => {
    const stamp = select({
      media: number(sql`COUNT(${m.media_id})`),
      pictures: number(sql`COUNT(${m.pic_url})`),
      latestUntilMs: maybeNumber(sql`MAX(${m.media_until})`),
    })
    const row = await tx.row(sql`SELECT ${stamp} FROM ${m}`)
    return `${row?.media ?? 0} ${row?.pictures ?? 0} ${row?.latestUntilMs ?? 0}`
  },
  save: (tx: Tx, media: PreparedMedia, nowMs: number): Promise<void> => tx.upsert(m, [toRow(media, nowMs)], ['source']),
}
