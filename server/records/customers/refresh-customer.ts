import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { type Action, type Executor, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import { ERRCODE } from '../../platform/wecom/error-codes/errcode.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { isWhole } from '../../platform/wecom/wire/left-out.ts'
import { pagesOf } from '../../platform/wecom/wire/pages.ts'
import { isRefusedWith } from '../../platform/wecom/wire/wecom-error.ts'
import type { channelQueries } from '../channels/channel-queries.ts'
import type { Staff } from '../staff/staff.ts'
import type { Tags } from '../tags/tags.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { RefreshCustomer } from './customer-actions.ts'
import { CustomerIdentified } from './customer-events.ts'
import { noteOfFound } from './customer-notes.ts'
import { createPhoneHash } from './phone-hash.ts'
import { type RecordedRelations, recordRelations } from './record-relations.ts'
import { type Relation, toRelation } from './relation.ts'

export interface RefreshDeps {
  wecom: Pick<Wecom, 'contacts'>
  clock: Clock
  outbox: Outbox
  emit: Emit
  timeline: Timeline
  staff: Pick<Staff, 'ensureKnown' | 'queries'>
  tags: Pick<Tags, 'recordSeen'>
  channels: { queries: Pick<typeof channelQueries, 'byState'> }
  phoneSecrets: readonly string[]
}

export interface Reading {
  relations: Relation[]
  /** False when some could not be read: then nobody is known to follow no more. */
  isComplete: boolean
  /** UTC milliseconds, before the first page was asked for. */
  readAtMs: number
}

export interface RecordedReading extends RecordedRelations {
  /** Pairs we knew whose tags were others before. */
  retagged: { externalUserId: string; userId: string }[]
}

export function createRefreshCustomer(deps: RefreshDeps) {
  const { wecom, clock, outbox, emit, timeline, staff, tags, channels } = deps
  const phoneHashes = deps.phoneSecrets.map(createPhoneHash)

  async function read(externalUserId: string): Promise<Reading> {
    const readAtMs = clock.now()
    const relations: Relation[] = []
    let isComplete = true
    try {
      for await (const page of pagesOf(({ cursor }) => wecom.contacts.get(externalUserId, cursor))) {
        for (const follow of page.follow_user) relations.push(toRelation(page.external_contact, follow))
        if (!isWhole(page.follow_user)) isComplete = false
      }
    } catch (error) {
      const tolerated = isRefusedWith(error, ERRCODE.noRelation, ERRCODE.noSuchCustomer)
      if (!tolerated) throw error
      return { relations: [], isComplete: true, readAtMs }
    }
    return { relations, isComplete, readAtMs }
  }

  /** Writes relations as WeCom tells them, where they differ. Emits no customer.added, nobody just came, and nothing about
   *  the tags of pairs we have only just heard of or that `isOld` calls so. Safe to repeat. */
  async function recordReading(
    tx: Tx,
    { relations, readAtMs }: Pick<Reading, 'relations' | 'readAtMs'>,
    isOld: (relation: Relation) => boolean = () => false,
  ): Promise<RecordedReading> {
    const channelNames = new Map<string, string | undefined>()
    for (const state of new Set(relations.flatMap((relation) => relation.state ?? []))) {
      channelNames.set(state, (await channels.queries.byState(tx, state))?.name)
    }
    const channelOf = ({ state }: Relation) => (state === undefined ? undefined : channelNames.get(state))
    const recorded = await recordRelations(tx, relations, { nowMs: clock.now(), phoneHashes, channelOf })
    const { found } = recorded
    const staffNames = new Map<string, string | undefined>()
    for (const userId of new Set(found.map((relation) => relation.userId))) {
      await staff.ensureKnown(tx, userId)
      staffNames.set(userId, await staff.queries.nameOf(tx, userId))
    }
    const notes = found.map((relation) => noteOfFound(relation, channelOf(relation), staffNames.get(relation.userId)))
    await timeline.noteAll(tx, notes)
    const isFound = new Set(found)
    const { readAgain, changed } = await tags.recordSeen(
      tx,
      relations.flatMap((relation) => {
        const { externalUserId, userId, tagIds } = relation
        const isNews = !isFound.has(relation) && !isOld(relation)
        return tagIds === undefined ? [] : { externalUserId, userId, tagIds, isNews }
      }),
      readAtMs,
    )
    for (const externalUserId of readAgain) {
      await outbox.enqueue(tx, RefreshCustomer, {
        key: `customer.refresh:again:${externalUserId}:${readAtMs}`,
        externalUserId,
        payload: { externalUserId },
        reason: { text: '读取期间标签有变化，再读一次' },
      })
    }
    return { ...recorded, retagged: changed }
  }

  async function record(tx: Tx, action: Action, reading: Reading): Promise<void> {
    for (const externalUserId of (await recordReading(tx, reading)).identified) {
      await emit(tx, CustomerIdentified, { key: `refresh:${action.id}`, payload: { externalUserId } })
    }
  }

  const executor: Executor = execute(RefreshCustomer, {
    sideBySide: true,
    perform: (action) => read(action.payload.externalUserId),
    record,
  })
  return { executor, read, recordReading }
}
