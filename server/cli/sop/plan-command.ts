import { statSync } from 'node:fs'
import { join } from 'node:path'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { staffQueries } from '../../records/staff/staff-queries.ts'
import type { RuleBook } from '../../rules/book/rule-book.ts'
import { loadRules } from '../../rules/load-rules.ts'
import { readSomeSettings } from '../../settings.ts'
import { copyForRehearsal } from '../../upkeep/rehearsal/copy-for-rehearsal.ts'
import { estimateArrivals, hasArrivals, recordedSince } from '../../upkeep/rehearsal/estimate-arrivals.ts'
import { recordedEvents } from '../../upkeep/rehearsal/recorded-events.ts'
import { rehearsePlan } from '../../upkeep/rehearsal/rehearse-plan.ts'
import type { Outcome } from '../outcome.ts'
import { planJson } from './plan-json.ts'
import { planText } from './plan-text.ts'
import { readWords, wrongUse } from './read-words.ts'
import type { SopCommand } from './sop-command.ts'

const MOST_SOPS = 20
const MOST_DAYS = 60

const isFolder = (word: string): boolean => statSync(word, { throwIfNoEntry: false })?.isDirectory() === true

const failed = (err: string): Outcome => ({ code: 1, out: '', err })

/** Do these rules let everybody go the same ways. */
const isAlike = (inForce: RuleBook, book: RuleBook): boolean =>
  inForce.version === book.version &&
  [...book.sops.values()].every(({ name, version }) => {
    const now = inForce.sops.get(name)
    return now?.version === version && now.canary === undefined
  })

export const planCommand: SopCommand = {
  usage: 'plan [SOP…] [文件夹] [--days 14] [--json]',
  says: '预演：这些规则接下来几天会让谁进、每天每位导购多少事、谁不会触达；只读，什么都不发',
  run: async (words, deps) => {
    const { given, values } = readWords(words, {
      options: { days: { type: 'string' }, json: { type: 'boolean' } },
      names: Array.from({ length: MOST_SOPS }, () => 'SOP 的编号'),
      least: 0,
    })
    const days = Number(values.days ?? 14)
    if (!Number.isInteger(days) || days < 1 || days > MOST_DAYS)
      throw wrongUse(`--days 要写 1 到 ${MOST_DAYS} 的整数。`)
    const folder = given.find(isFolder) ?? deps.folder
    const asked = given.filter((word) => word !== folder)
    const { book, faults } = await loadRules(folder, VOCABULARY)
    if (book === undefined) return failed(`规则有 ${faults.length} 处错误，先运行 npm run -s sop -- check ${folder}`)
    const strange = asked.find((name) => !book.sops.has(name))
    if (strange !== undefined) return failed(`没有编号是「${strange}」的 SOP。有：${[...book.sops.keys()].join('、')}`)

    const sees = hasArrivals(book)
    const db = deps.db()
    const { MASS_SEND_PER_CUSTOMER: perCustomerPerMonth } = readSomeSettings(process.env, ['MASS_SEND_PER_CUSTOMER'])
    const { cast, scratches, inForce } = await copyForRehearsal(db, sees ? 3 : 2)
    const nowMs = deps.clock.now()
    const fromMs = nowMs - days * DAY_MS
    const { staff, events, recordedSinceMs } = await db.view(async (view) => ({
      staff: await staffQueries.all(view),
      events: sees ? await recordedEvents(view, fromMs, cast.drawn) : { all: [], replayed: [] },
      recordedSinceMs: await recordedSince(view),
    }))
    // What follows takes minutes and needs nothing more from it.
    await deps.closeDb?.()
    const common = { assetsDir: join(folder, 'assets'), perCustomerPerMonth }
    try {
      const [forPlan, forRunning, forArrivals] = scratches
      if (forPlan === undefined || forRunning === undefined) throw new Error('no scratch database')
      const plan = await rehearsePlan({ ...common, scratch: forPlan, nowMs, book, days })
      const running =
        inForce === undefined || isAlike(inForce, book)
          ? undefined
          : await rehearsePlan({ ...common, scratch: forRunning, nowMs, book: inForce, days })
      const past = { ...common, book, fromMs, toMs: nowMs, events, recordedSinceMs }
      const arrivals = forArrivals && (await estimateArrivals({ ...past, scratch: forArrivals }))
      const report = {
        plan,
        running,
        arrivals,
        cast,
        sops: plan.sops.filter(({ sop }) => asked.length === 0 || asked.includes(sop)),
        book,
        runningBook: inForce,
        guides: new Map(staff.flatMap(({ userId, name }) => (name === undefined ? [] : [[userId, name] as const]))),
      }
      return {
        code: 0,
        out: values.json === true ? JSON.stringify(planJson(report), null, 2) : planText(report),
        err: '',
      }
    } finally {
      for (const scratch of scratches) await scratch.close()
    }
  },
}
