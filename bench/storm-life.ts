import { setTimeout as pause } from 'node:timers/promises'
import { createSeededRandom } from '../sandbox/random.ts'
import { DeskError } from '../sandbox/refusal.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Added } from './chaos-judge.ts'

/** Orders are the shop's to send again until they are taken. */
const ORDER_TRIES = 200

export interface StormLife {
  added: Added[]
  /** Orders that Huoshui answered with 2xx. */
  ordersTaken: string[]
  stop(): Promise<void>
}

/** A busy shop, whether the server is up or not: customers add, join groups and pay, guides write remarks, tag and confirm mass sends. */
export function startStormLife(sandbox: Sandbox, { perSecond, seed }: { perSecond: number; seed: number }): StormLife {
  const random = createSeededRandom(seed)
  const added: Added[] = []
  const ordersTaken: string[] = []
  const open = new Set<Promise<void>>()
  let going = true

  const pay = async (orderId: string, externalUserId: string): Promise<void> => {
    for (let tries = 0; tries < ORDER_TRIES; tries++) {
      const answer = await sandbox.order({ orderId, status: 'paid', externalUserId, totalFen: 9_900 })
      if (answer.status >= 200 && answer.status < 300) {
        ordersTaken.push(orderId)
        return
      }
      await pause(300)
    }
  }
  const also = (work: Promise<void>): void => {
    open.add(work)
    void work.finally(() => open.delete(work))
  }
  const chatIds = [...sandbox.world.groups.keys()]

  const someoneDoes = async (n: number): Promise<void> => {
    const one = random.pick(added)
    const what = random.int(10)
    if (what < 3) also(pay(`storm-${n}`, one.externalUserId))
    else if (what < 6) await sandbox.joinGroup({ externalUserId: one.externalUserId, chatId: random.pick(chatIds) })
    else if (what < 8) await sandbox.editRemark({ ...one, remark: `备注${n}` })
    else if (what < 9) {
      const tags = [...sandbox.world.tags.values()].filter((tag) => !tag.deleted)
      if (tags.length > 0) await sandbox.editTags({ ...one, add: [random.pick(tags).id] })
    } else {
      for (const staff of sandbox.world.staff.values())
        for (const send of sandbox.pendingMassSends(staff.userId))
          await sandbox.confirmMassSend({ msgid: send.msgid, userId: staff.userId })
    }
  }
  const run = (async () => {
    for (let n = 0; going; n++) {
      await pause(1_000 / perSecond)
      // What the desk refuses, as a limited guide's sending, is part of the day.
      const refused = (error: unknown): void => {
        if (!(error instanceof DeskError)) throw error
      }
      await sandbox.scan({ state: 'package-card', name: `客户${n}` }).then((one) => added.push(one), refused)
      if (added.length > 0) await someoneDoes(n).catch(refused)
    }
  })()
  return {
    added,
    ordersTaken,
    stop: async () => {
      going = false
      await run
      await Promise.all(open)
    },
  }
}
