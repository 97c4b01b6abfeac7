import { shanghaiIso } from '../../core/kernel/shanghai.ts'
import { countBy, dayOf, guideLoads, type PlanReport, spanDays, stepRows } from './plan-report.ts'

/** The plan for programs; customers by their whole id. */
export function planJson(report: PlanReport) {
  const { plan, running, cast, sops, book, runningBook } = report
  return {
    from: shanghaiIso(plan.fromMs),
    to: shanghaiIso(plan.toMs),
    book: plan.bookVersion,
    running: running?.bookVersion ?? plan.bookVersion,
    customers: cast.total,
    factor: cast.factor,
    sops: sops.map((sop) => {
      const before = running?.sops.find((one) => one.sop === sop.sop)
      const rows = (of: typeof sop, rules: typeof book) =>
        stepRows(of, rules).map(({ position, text, kind, done, missed }) => ({
          position,
          text,
          kind,
          done: done.length,
          missed: Object.fromEntries(countBy(missed, ({ outcome }) => outcome)),
          byDay: Object.fromEntries(countBy(done, ({ atMs }) => dayOf(atMs))),
          byGuide: Object.fromEntries(countBy(done, ({ userId }) => userId)),
        }))
      return {
        sop: sop.sop,
        version: sop.version,
        byEvent: sop.byEvent,
        matching: sop.matching,
        insideBefore: sop.insideBefore,
        entered: sop.entered.length,
        heldOut: sop.entered.filter((entry) => entry.heldOut).length,
        ended: Object.fromEntries(countBy(sop.ended, ({ state }) => state)),
        refused: Object.fromEntries([...sop.refused].map(([why, ids]) => [why, ids.length])),
        steps: rows(sop, book),
        running:
          before === undefined || runningBook === undefined
            ? null
            : { version: before.version, entered: before.entered.length, steps: rows(before, runningBook) },
      }
    }),
    sends: plan.sends.map(({ scheduledAtMs, ...send }) => ({ at: shanghaiIso(scheduledAtMs), ...send })),
    leftOut: plan.outlook.leftOut.map(({ scheduledAtMs, ...one }) => ({ at: shanghaiIso(scheduledAtMs), ...one })),
    moments: plan.outlook.moments.map(({ atMs, ...one }) => ({ at: shanghaiIso(atMs), ...one })),
    duties: plan.outlook.duties,
    collisions: plan.outlook.collisions,
    quota: plan.outlook.quota ?? null,
    guides: guideLoads(report),
    arrivals: arrivalsJson(report),
  }
}

/** An estimate, already multiplied up to all the days and all customers. */
function arrivalsJson({ arrivals, book, cast, plan, sops }: PlanReport) {
  if (arrivals === undefined) return null
  const n = (count: number): number => Math.round(count * arrivals.factor * cast.factor)
  const aDay = (count: number): number => Number((n(count) / spanDays(plan)).toFixed(2))
  return {
    isEstimate: true,
    from: shanghaiIso(arrivals.fromMs),
    to: shanghaiIso(arrivals.toMs),
    recordedDays: Number(arrivals.recordedDays.toFixed(2)),
    factor: arrivals.factor,
    events: arrivals.events,
    sops: arrivals.sops
      .filter(({ sop }) => sops.some((one) => one.sop === sop))
      .map((sop) => ({
        sop: sop.sop,
        isKnown: sop.isKnown,
        entered: n(sop.entered.length),
        enteredADay: aDay(sop.entered.length),
        refused: Object.fromEntries([...sop.refused].map(([why, count]) => [why, n(count)])),
        steps: stepRows(sop, book).map(({ position, text, kind, done, missed }) => ({
          position,
          text,
          kind,
          done: n(done.length),
          doneADay: aDay(done.length),
          missed: n(missed.length),
        })),
      })),
  }
}
