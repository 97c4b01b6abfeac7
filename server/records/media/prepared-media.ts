import type { Row, Tx } from '../../core/db/tx.ts'

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

interface StoredMedia {
  source: string
  fingerprint: string
  pic_url: string | null
  media_id: string | null
  media_until: number | null
  attempts: number
  retry_at: number | null
  trouble: string | null
}

const toMedia = (row: StoredMedia): PreparedMedia => ({
  source: row.source,
  fingerprint: row.fingerprint,
  picUrl: row.pic_url ?? undefined,
  mediaId: row.media_id ?? undefined,
  mediaUntilMs: row.media_until ?? undefined,
  attempts: row.attempts,
  retryAtMs: row.retry_at ?? undefined,
  trouble: row.trouble ?? undefined,
})

const toRow = (media: PreparedMedia, nowMs: number): Row => ({
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

const COLUMNS = 'source, fingerprint, pic_url, media_id, media_until, attempts, retry_at, trouble'

export const preparedMedia = {
  all: async (tx: Tx): Promise<Map<string, PreparedMedia>> => {
    const rows = await tx.rows<StoredMedia>(`SELECT ${COLUMNS} FROM prepared_media`)
    return new Map(rows.map((row) => [row.source, toMedia(row)]))
  },
  some: async (tx: Tx, sources: string[]): Promise<Map<string, PreparedMedia>> => {
    if (sources.length === 0) return new Map()
    const rows = await tx.rows<StoredMedia>(
      `SELECT ${COLUMNS} FROM prepared_media WHERE source IN (${sources.map(() => '?').join(', ')})`,
      sources,
    )
    return new Map(rows.map((row) => [row.source, toMedia(row)]))
  },
  /** Another text when any picture became ready, was renewed or is ready no more. The table is as small as the rules. */
  stamp: async (tx: Tx): Promise<string> => {
    const row = await tx.row<{ media_count: number; pic_count: number; latest_until: number | null }>(
      `SELECT COUNT(media_id) AS media_count, COUNT(pic_url) AS pic_count, MAX(media_until) AS latest_until
       FROM prepared_media`,
    )
    return `${row?.media_count ?? 0} ${row?.pic_count ?? 0} ${row?.latest_until ?? 0}`
  },
  save: (tx: Tx, media: PreparedMedia, nowMs: number): Promise<void> =>
    tx.upsert('prepared_media', [toRow(media, nowMs)], ['source']),
}
