import { sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS, HOUR_MS } from '../../core/kernel/shanghai.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Links } from '../../records/links/links.ts'
import { fingerprintOf } from '../../records/media/asset-files.ts'
import type { Media } from '../../records/media/media.ts'
import type { Pool } from '../../rules/book/rule-book.ts'
import { linksAskedFor } from '../welcome/fill-names.ts'
import { AddGroupWelcome, DeleteGroupWelcome, EditGroupWelcome, ReadGroupWelcome } from './group-welcome-actions.ts'
import { groupWelcomes } from './group-welcome-queries.ts'
import { GROUP_WELCOME, GROUP_WELCOME_TOLD, type GroupWelcomeRow } from './group-welcome-tables.ts'
import { welcomeText } from './welcome-body.ts'

export interface KeepGroupWelcomeDeps {
  clock: Clock
  outbox: Outbox
  media: Pick<Media, 'attachments' | 'marks'>
  links: Pick<Links, 'targetsOf'>
}

const TRY_AGAIN_MS = HOUR_MS
/** As `refused_as` of a template that could not be deleted. */
export const DELETED = 'deleted'

/** Compares the pool's template with what its file says, and queues the difference. Gives the row when all is as it should
 *  be. `pool`: undefined when its file is gone. Safe to repeat. */
export async function keepGroupWelcome(
  tx: Tx,
  { clock, outbox, media, links }: KeepGroupWelcomeDeps,
  name: string,
  pool: Pool | undefined,
): Promise<GroupWelcomeRow | undefined> {
  const now = clock.now()
  const content = pool?.value.welcome
  if (content !== undefined) await tx.insertIgnore(GROUP_WELCOME, [{ pool: name, changed_at: now }])
  // Writing first locks the row, so that two callers do not both plan.
  const w = GROUP_WELCOME
  await tx.run(sql`UPDATE ${w} SET ${w.plans} = ${w.plans} + 1 WHERE ${w.pool} = ${name}`)
  const row = await groupWelcomes.ofPool(tx, name)
  if (row === undefined || row.open_key !== null) return undefined
  const isRefused = (as: string): boolean => row.refused_as === as && now - (row.refused_at ?? 0) < TRY_AGAIN_MS
  const key = `group-welcome:${row.id}:${row.plans}`
  const open = () => groupWelcomes.change(tx, row.id, { open_key: key })
  const held = { welcomeId: row.id, pool: name }

  if (content === undefined) {
    if (row.template_id === null) return void (await forget(tx, row.id))
    if (isRefused(DELETED)) return undefined
    await open()
    const reason = { text: `群池「${name}」的文件里没有入群欢迎语了` }
    await outbox.enqueue(tx, DeleteGroupWelcome, { key, payload: { ...held, templateId: row.template_id }, reason })
    return undefined
  }

  const { missing } = await media.attachments(tx, content.attachments ?? [])
  if (missing.length > 0) return void (await tell(tx, row, `还没有准备好：${missing.join('、')}`))
  // As written, and where its links lead: the addresses differ between two processes with other keys, which would undo each other.
  const targets = links.targetsOf(linksAskedFor(content.text ?? ''))
  const parts = [content, await media.marks(tx, content.attachments ?? []), ...(targets.length > 0 ? [targets] : [])]
  const stamp = fingerprintOf(JSON.stringify(parts))
  if (row.template_id !== null && row.live_as === stamp) {
    await tell(tx, row, null)
    if (now - (row.checked_at ?? 0) < DAY_MS) return row
    await open()
    const payload = { ...held, templateId: row.template_id, text: welcomeText(content) }
    await outbox.enqueue(tx, ReadGroupWelcome, { key, payload, reason: { text: `核对群池「${name}」的入群欢迎语` } })
    return undefined
  }
  if (row.unclear_as === stamp || isRefused(stamp)) return undefined
  await open()
  const payload = { ...held, stamp, content }
  const reason = { text: `群池「${name}」的文件里写了入群欢迎语` }
  if (row.template_id === null) await outbox.enqueue(tx, AddGroupWelcome, { key, payload, reason })
  else {
    const edited = { ...payload, templateId: row.template_id }
    await outbox.enqueue(tx, EditGroupWelcome, { key, payload: edited, reason })
  }
  return undefined
}

/** The pool has no template any more. */
export async function forget(tx: Tx, welcomeId: number): Promise<void> {
  await tx.run(sql`DELETE FROM ${GROUP_WELCOME_TOLD} WHERE ${GROUP_WELCOME_TOLD.welcome_id} = ${welcomeId}`)
  await tx.run(sql`DELETE FROM ${GROUP_WELCOME} WHERE ${GROUP_WELCOME.id} = ${welcomeId}`)
}

async function tell(tx: Tx, row: GroupWelcomeRow, trouble: string | null): Promise<void> {
  if (row.trouble !== trouble) await groupWelcomes.change(tx, row.id, { trouble })
}
