import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { staffQueries } from '../../records/staff/staff-queries.ts'
import type { RuleBook } from '../../rules/book/rule-book.ts'
import { readSomeSettings } from '../../settings.ts'
import { copyForRehearsal } from '../../upkeep/rehearsal/copy-for-rehearsal.ts'
import { estimateArrivals, hasArrivals, recordedSince } from '../../upkeep/rehearsal/estimate-arrivals.ts'
import { rehearsePlan } from '../../upkeep/rehearsal/rehearse-plan.ts'
import { sopInBook } from '../find/find-sop.ts'
import { readBook, ruleFolder } from '../find/read-book.ts'
import { defineCommand } from '../frame/command.ts'
import { many, or, text, whole } from '../frame/slot.ts'
import { planJson } from './plan-json.ts'
import { planSheet } from './plan-sheet.ts'
import { planText } from './plan-text.ts'
import { readPast } from './read-past.ts'

const isFolder = (word: string): boolean => statSync(word, { throwIfNoEntry: false })?.isDirectory() === true

/** Do these rules let everybody go the same ways. */
const isAlike = (inForce: RuleBook, book: RuleBook): boolean =>
  inForce.version === book.version &&
  [...book.sops.values()].every(({ name, version }) => {
    const now = inForce.sops.get(name)
    return now?.version === version && now.canary === undefined
  })

export const planCommand = defineCommand({
  name: 'plan',
  audited: 'look',
  scope: 'customers',
  lists: true,
  says: '预演：这些规则接下来几天会让谁进、每天每位导购多少事、谁不会触达；只读，什么都不发',
  words: { names: many(text('SOP 或文件夹', '只看这几条 SOP（编号、名称或文件名）；写文件夹就预演那里面的规则')) },
  options: { days: or(14, whole('天数', '预演几天', { min: 1, max: 60 })) },
  run: async ({ names, days }, desk) => {
    const folder = names.find(isFolder) ?? ruleFolder(desk)
    const book = await readBook(desk, folder)
    const asked = names.filter((word) => word !== folder).map((word) => sopInBook(book, word))

    const sees = hasArrivals(book)
    const db = await desk.db()
    const limits = readSomeSettings(desk.env, ['MASS_SEND_PER_CUSTOMER', 'MASS_SEND_PER_GROUP'])
    const { cast, scratches, inForce } = await copyForRehearsal(db, sees ? 3 : 2)
    const nowMs = desk.clock.now()
    const fromMs = nowMs - days * DAY_MS
    const { staff, recordedSinceMs } = await db.view(async (view) => ({
      staff: await staffQueries.all(view),
      recordedSinceMs: await recordedSince(view),
    }))
    const events = sees
      ? await readPast(db, desk.screen, { fromMs, toMs: nowMs, drawn: cast.drawn })
      : { all: [], replayed: [] }
    // What follows takes minutes and needs nothing more from it.
    await desk.closeDb()
    const common = {
      assetsDir: join(folder, 'assets'),
      perCustomerPerMonth: limits.MASS_SEND_PER_CUSTOMER,
      perGroupPerMonth: limits.MASS_SEND_PER_GROUP,
    }
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
      return { text: planText(report), data: planJson(report), sheet: planSheet(report) }
    } finally {
      for (const scratch of scratches) await scratch.close()
    }
  },
})
