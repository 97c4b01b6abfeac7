import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { StrategyTagGroup } from '../../platform/wecom/api/strategy-tags.ts'
import type { CorpTagGroup } from '../../platform/wecom/api/tags.ts'
import { errorCode } from '../../platform/wecom/error-codes/error-codes.ts'
import type { ErrorKind } from '../../platform/wecom/error-codes/error-rows.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { isWhole } from '../../platform/wecom/wire/left-out.ts'
import { WecomError } from '../../platform/wecom/wire/wecom-error.ts'

/** A corp without strategies (规则组), or an app that may not see them, refuses: not asked every ten minutes. */
const REFUSED_FOR_MS = DAY_MS
const REFUSALS: ReadonlySet<ErrorKind> = new Set(['operator', 'never', 'gone', 'unknown'])

/** The library as WeCom has it. */
export interface TagListing {
  groups: CorpTagGroup[]
  /** Undefined: WeCom does not tell; what is known of them stays. */
  strategyGroups?: StrategyTagGroup[] | undefined
  /** False when something of it could not be read: then what is not in it may be there all the same. */
  isComplete: boolean
  readAtMs: number
}

/** Reads the tag library from WeCom. */
export function createReadTagListing({ wecom, clock }: { wecom: Pick<Wecom, 'tags' | 'strategyTags'>; clock: Clock }) {
  let strategiesRefusedUntilMs = Number.NEGATIVE_INFINITY

  async function readStrategies(): Promise<StrategyTagGroup[] | undefined> {
    if (clock.now() < strategiesRefusedUntilMs) return undefined
    try {
      return (await wecom.strategyTags.list()).tag_group
    } catch (error) {
      if (!(error instanceof WecomError) || !REFUSALS.has(errorCode(error.errcode).kind)) throw error
      strategiesRefusedUntilMs = clock.now() + REFUSED_FOR_MS
      return undefined
    }
  }

  const read = async (): Promise<TagListing> => {
    const readAtMs = clock.now()
    const groups = (await wecom.tags.list()).tag_group
    const strategyGroups = await readStrategies()
    const isComplete = isWhole(groups) && isWhole(strategyGroups ?? [])
    return { groups, strategyGroups, isComplete, readAtMs }
  }

  let latest: { begunAtMs: number; listing: ReturnType<typeof read> } | undefined

  /** One reading answers for all that was asked before it began: an administrator who moves thirty tags causes thirty
   *  events. Undefined: answered by that one. */
  async function readOnce(askedAtMs: number): Promise<Awaited<ReturnType<typeof read>> | undefined> {
    if (latest !== undefined && askedAtMs < latest.begunAtMs) {
      await latest.listing
      return undefined
    }
    const mine = { begunAtMs: clock.now(), listing: read() }
    latest = mine
    try {
      return await mine.listing
    } catch (error) {
      if (latest === mine) latest = undefined
      throw error
    }
  }

  return { read, readOnce }
}
