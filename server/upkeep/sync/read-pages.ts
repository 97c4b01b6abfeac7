import type { Dialect } from '../../core/db/columns.ts'
import type { Db } from '../../core/db/db.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { ERRCODE } from '../../platform/wecom/error-codes/errcode.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { type LeftOutRow, leftOutOf } from '../../platform/wecom/wire/left-out.ts'
import { watchCursor } from '../../platform/wecom/wire/pages.ts'
import { WecomEndlessList, WecomError } from '../../platform/wecom/wire/wecom-error.ts'
import { type Relation, toRelation } from '../../records/customers/relation.ts'
import type { PagePayload } from './sync-actions.ts'
import { syncParts } from './sync-part.ts'

export interface ReadPagesDeps {
  db: Pick<Db, 'statement' | 'dialect'>
  clock: Clock
  wecom: { contacts: Pick<Wecom['contacts'], 'batchByUser'> }
}

/** Some pages, one after another. */
export interface PageReading {
  relations: Relation[]
  pages: number
  /** Where to go on; null at the end. */
  next: string | null
  /** UTC milliseconds, before the first was asked for. */
  readAtMs: number
  /** Rows that could not be used. */
  leftOut: LeftOutRow[]
  /** Guides of whom WeCom tells nothing. */
  unlicensed: string[]
  /** The pages went in a circle: nobody knows whether these were all. */
  isEndless: boolean
}

interface OnePage extends Pick<PageReading, 'relations' | 'leftOut' | 'unlicensed'> {
  next: string | undefined
}

/** WeCom's most relations per page. */
const PAGE = 100
/** Pages per action, recorded in one transaction. On SQLite a welcome waits for its end; on MySQL it is the number of
 *  statements that takes the time. */
const PAGES_PER_STEP: Record<Dialect, number> = { sqlite: 3, mysql: 10 }

const nothing = { relations: [], next: undefined, leftOut: [] }

/** Reads the customers of some guides from WeCom, a few pages at a time. */
export function createReadPages({ db, clock, wecom }: ReadPagesDeps) {
  async function readPage(userIds: string[], cursor: string | null): Promise<OnePage> {
    try {
      const page = await wecom.contacts.batchByUser({
        userid_list: userIds,
        limit: PAGE,
        ...(cursor === null ? {} : { cursor }),
      })
      const list = page.external_contact_list
      return {
        relations: list.map((row) => toRelation(row.external_contact, row.follow_info)),
        next: page.next_cursor,
        leftOut: [...leftOutOf(list)],
        unlicensed: page.fail_info?.unlicensed_userid_list ?? [],
      }
    } catch (error) {
      const errcode = error instanceof WecomError ? error.errcode : undefined
      if (errcode === ERRCODE.noRelation) return { ...nothing, unlicensed: [] }
      if (errcode === ERRCODE.allUnlicensed) return { ...nothing, unlicensed: userIds }
      throw error
    }
  }

  /** Until one fails: then those before it count, and it is asked for again by itself. */
  return async function readPages({ partId, cursor }: PagePayload): Promise<PageReading> {
    const userIds = (await db.statement((tx) => syncParts.byId(tx, partId)))?.subjects ?? []
    const reading: PageReading = {
      relations: [],
      pages: 0,
      next: cursor,
      readAtMs: clock.now(),
      leftOut: [],
      unlicensed: [],
      isEndless: false,
    }
    if (userIds.length === 0) return { ...reading, next: null }
    const goOn = watchCursor(cursor ?? undefined)
    do {
      try {
        const { relations, next, leftOut, unlicensed } = await readPage(userIds, reading.next)
        reading.relations.push(...relations)
        reading.leftOut.push(...leftOut)
        Object.assign(reading, { unlicensed, pages: reading.pages + 1 })
        reading.next = goOn(next) ?? null
      } catch (error) {
        if (reading.pages === 0) throw error
        // Pages that go in a circle have told what they tell.
        if (error instanceof WecomEndlessList) return { ...reading, next: null, isEndless: true }
        break
      }
    } while (reading.next !== null && reading.pages < PAGES_PER_STEP[db.dialect])
    return reading
  }
}
