import { all, pick, raw, set, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { ACTION } from '../../../engine/actions/action-tables.ts'
import { createOutbox } from '../../../engine/actions/outbox.ts'
import { createRunner } from '../../../engine/actions/runner.ts'
import { createEmit } from '../../../engine/inbox/emit.ts'
import { openPlatform } from '../../../platform/wecom/testing/open-platform.ts'
import { createTestKit } from '../../../testing/test-kit.ts'
import { createAlerts } from '../../alerts/alerts.ts'
import { createTimeline } from '../../timeline/timeline.ts'
import { CORP_TAG, FOLLOW_TAG } from '../tag-tables.ts'

export const PAIR = { externalUserId: 'wmA', userId: 'zhangsan' }

/** What tags work with, each part real, and a platform that answers as the test says. */
export async function openTagBench() {
  const kit = await createTestKit()
  const platform = await openPlatform()
  const { clock, db } = kit
  const outbox = createOutbox({ clock, nudge: () => undefined })
  const emit = createEmit({ clock, nudge: () => undefined })
  const ask = <Found>(work: (tx: Tx) => Promise<Found>): Promise<Found> => db.tx(work)
  return {
    kit,
    clock,
    db,
    platform,
    wecom: platform.wecom,
    outbox,
    emit,
    timeline: createTimeline({ clock }),
    alerts: createAlerts({ clock }),
    ask,
    /** Carries out what waits, as often as it takes until all is due later. */
    run: (executors: Parameters<typeof createRunner>[0]['executors']) =>
      createRunner({ ...kit, executors, instance: 'one' }).drained(),
    /** 组/名, by id. */
    know: (tags: Record<string, string>) =>
      ask(async (tx) => {
        for (const [tag_id, path] of Object.entries(tags)) {
          const [group_name = '', tag_name = ''] = path.split('/')
          await tx.insert(CORP_TAG, { tag_id, group_id: 'g', group_name, tag_name, path, seen_at: 0 })
        }
      }),
    on: async (): Promise<string[]> =>
      (await ask((tx) => tx.rows(sql`SELECT ${all(FOLLOW_TAG)} FROM ${FOLLOW_TAG} ORDER BY ${FOLLOW_TAG.tag_id}`))).map(
        ({ tag_id, set_by }) => `${tag_id} ${set_by}`,
      ),
    actions: () => ask((tx) => tx.rows(sql`SELECT ${all(ACTION)} FROM ${ACTION} ORDER BY ${ACTION.id}`)),
    changeActions: (changes: Parameters<typeof set<typeof ACTION>>[1]) =>
      ask((tx) => tx.run(sql`UPDATE ${ACTION} SET ${set(ACTION, changes)}`)),
    notes: async (): Promise<string[]> =>
      (
        await ask((tx) => tx.rows(raw<{ kind: string; body: string }>('SELECT kind, body FROM timeline ORDER BY id')))
      ).map(({ kind, body }) => `${kind} ${body}`),
    events: async (): Promise<string[]> =>
      (
        await ask((tx) =>
          tx.rows(raw<{ kind: string; payload: string }>('SELECT kind, payload FROM inbound_event ORDER BY id')),
        )
      ).map(({ kind, payload }) => {
        const { tags, by, via } = JSON.parse(payload) as { tags: string[]; by: string; via?: string[] }
        return [kind, tags.join(), by, ...(via === undefined ? [] : [via.join()])].join(' ')
      }),
    keys: async (): Promise<string[]> =>
      (await ask((tx) => tx.rows(sql`SELECT ${pick(ACTION, 'dedupe_key')} FROM ${ACTION} ORDER BY ${ACTION.id}`))).map(
        (row) => row.dedupe_key,
      ),
    close: async (): Promise<void> => {
      await platform.close()
      await kit.close()
    },
  }
}
export type TagBench = Awaited<ReturnType<typeof openTagBench>>
