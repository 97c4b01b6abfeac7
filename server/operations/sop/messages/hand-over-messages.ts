import type { Db } from '../../../core/db/db.ts'
import type { Tx } from '../../../core/db/tx.ts'
import type { Clock } from '../../../core/kernel/clock.ts'
import { durationMs } from '../../../core/kernel/duration-ms.ts'
import type { MassSend } from '../../mass-send/mass-send.ts'
import type { AskedOutcome } from '../../mass-send/tell-timeline.ts'
import type { SopVersions } from '../model/sop-versions.ts'
import { stepLog } from '../model/step-log.ts'
import { positionText, stepAt } from '../model/step-path.ts'
import { messageQueue, type QueuedMessage } from './message-queue.ts'

export interface HandOverDeps {
  db: Db
  clock: Clock
  massSend: Pick<MassSend, 'ask' | 'tellOutcomesTo' | 'cancelAsked'>
  versions: SopVersions
}

/** Customers per transaction. */
const PAGE = 300
const DEFAULT_WITHIN = '24h'
/** Characters that the name of a send may have. */
const MOST_OF_NAME = 60

/** Cut in the title: two messages of one journey differ at the end. */
const sendName = (title: string, position: string): string =>
  `${[...title].slice(0, Math.max(1, MOST_OF_NAME - position.length - 1)).join('')} ${position}`

/** Hands those who have waited at a message step over as one mass-send a round, and writes down what became of it. */
export function createHandOverMessages({ db, clock, massSend, versions }: HandOverDeps) {
  async function handOver(tx: Tx, round: QueuedMessage[], isLast: boolean): Promise<void> {
    const [first] = round
    if (first === undefined) return
    const sop = await versions(tx, first.sop, first.version)
    const step = sop === undefined ? undefined : stepAt(sop.steps, first.position)
    const ids = round.map((one) => one.id)
    if (sop === undefined || step === undefined || !('message' in step)) {
      for (const one of round) await tellStep(tx, one, '没有群发：这个版本的规则已经找不到了')
      return messageQueue.setState(tx, ids, 'over')
    }
    const { within = DEFAULT_WITHIN, ...content } = step.message
    await massSend.ask(tx, {
      key: first.batchKey,
      name: sendName(sop.title, positionText(first.position)),
      rule: { kind: 'sop', name: sop.name, version: sop.version },
      content,
      recipients: round,
      isLast,
      giveUpAtMs: first.reachedAtMs + durationMs(within),
    })
    await messageQueue.setState(tx, ids, 'handed')
  }

  const tellStep = (tx: Tx, { entryId, position }: QueuedMessage, outcome: string): Promise<void> =>
    stepLog.setOutcome(tx, entryId, position, outcome)

  async function step(tx: Tx): Promise<boolean> {
    const round = await messageQueue.dueRound(tx, clock.now(), PAGE + 1)
    await handOver(tx, round.slice(0, PAGE), round.length <= PAGE)
    return round.length > 0
  }

  return {
    run: async (): Promise<void> => {
      while (await db.tx(step)) {
        // Until nobody waits any longer.
      }
    },
    onAsked: async (tx: Tx, outcomes: AskedOutcome[]): Promise<void> => {
      for (const { askKey, externalUserId, text } of outcomes) {
        for (const message of await messageQueue.handed(tx, askKey, externalUserId)) {
          await tellStep(tx, message, text)
          await messageQueue.setState(tx, [message.id], 'over')
        }
      }
    },
  }
}
