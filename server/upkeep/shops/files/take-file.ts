import type { Db } from '../../../core/db/db.ts'
import { set, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { AppError } from '../../../core/kernel/app-error.ts'
import type { Clock } from '../../../core/kernel/clock.ts'
import { maskPhones } from '../../../core/kernel/mask-phones.ts'
import type { Alerts } from '../../../records/alerts/alerts.ts'
import type { RowFault } from '../../../records/orders/assemble-order.ts'
import { mapColumns } from '../../../records/orders/column-map.ts'
import { type ImportCounts, importOrders } from '../../../records/orders/import-orders.ts'
import { openOrderFile } from '../../../records/orders/order-file.ts'
import type { Orders } from '../../../records/orders/orders.ts'
import type { ShopRule } from '../../../rules/schema/rule-files.ts'
import { SHOP_CONNECTION as c } from '../shop-tables.ts'
import { changeHeld, claimFile, committed, FREE, forgetHeld, type Held, Lost, leaseOf } from './claim-file.ts'
import { type FileReport, fileTrouble, TOLD_FOR_MS } from './file-reports.ts'
import { digestOf, type FoundFile, markOf } from './files-in.ts'
import { ALL_UNKNOWN, addMissing, bring, missingText } from './missing-orders.ts'

export interface TakeFileDeps {
  db: Db
  clock: Clock
  alerts: Pick<Alerts, 'raise' | 'resolve'>
  orders: Pick<Orders, 'record' | 'recordSet'>
  /** Names this process in the rows it holds. */
  instance: string
}

/** `elsewhere`: another process reads it, or died over it and its time is not yet up; `later`: it is another file now, or we are to
 *  stop. */
export type Taken = 'ended' | 'elsewhere' | 'later'

const MOST_FAULTS = 200

/** Somebody wrote into it while it was read. */
class Overwritten extends Error {}
/** The process is to end. */
class Stopped extends Error {}

const alertKey = (id: number): string => `shops.file:${id}`
const placeOf = ({ line, column = 1, message }: RowFault): string => `${line}:${column} ${message}`

/** Takes the orders of one file that was found in a shop's folder: how far it has come is committed with the orders, so that whoever
 *  dies over it goes on behind them. A file that was taken, under whatever name, changes nothing; read by other columns it begins
 *  anew. */
export function createTakeFile({ db, clock, alerts, orders, instance }: TakeFileDeps) {
  async function mustBeSame({ path, mark }: FoundFile): Promise<void> {
    const now = await markOf(path)
    // Taken away it stays what it was, for who has it open.
    if (now !== undefined && now !== mark) throw new Overwritten('it is another file now')
  }

  async function read(
    rule: ShopRule,
    file: FoundFile,
    { held, going }: { held: Held; going: Going },
  ): Promise<ImportCounts> {
    const columns = rule.columns && mapColumns(rule.columns, (ours) => `columns.${ours}`)
    const opened = await openOrderFile(file.path, file.size)
    const tell = (fault: RowFault): void => {
      if (held.faults.length < MOST_FAULTS) held.faults.push(placeOf(fault))
      addMissing(held.missing, [fault])
    }
    try {
      return await importOrders(() => going(opened.open()), {
        db,
        clock,
        orders,
        shop: held.source,
        columns,
        columnsBy: 'rule',
        // Nothing in it is later than the file, whenever it is gone on with.
        nowMs: held.foundAtMs,
        from: held.from,
        onTaken: async (tx, { taken, counts }, { faults: faulty, orderIds }) => {
          await mustBeSame(file)
          const now = clock.now()
          const faults = [...held.faults, ...faulty.map(placeOf)].slice(0, MOST_FAULTS)
          await changeHeld(tx, held, {
            ...{ taken, counts: JSON.stringify(counts), faults: JSON.stringify(faults) },
            missing: missingText(addMissing(new Set(held.missing), faulty)),
            ...leaseOf(instance, now),
          })
          for (const id of await bring(tx, held.lacking, { orderIds })) await alerts.resolve(tx, alertKey(id))
          await tx.run(sql`UPDATE ${c} SET ${set(c, { read_at: now })} WHERE ${c.shop} = ${rule.id}`)
        },
        onFault: tell,
        onProgress: () => undefined,
      })
    } finally {
      await opened.close()
    }
  }

  async function end(tx: Tx, rule: ShopRule, file: FoundFile, { held, counts }: { held: Held; counts: ImportCounts }) {
    const changes = { state: 'done', counts: JSON.stringify(counts), ended_at: clock.now(), ...FREE } as const
    const { faults, missing } = held
    await changeHeld(tx, held, { ...changes, faults: JSON.stringify(faults), missing: missingText(missing) })
    const isClean = counts.faults === 0
    if (!isClean) return tell(tx, rule, file, { held, report: { state: 'done', counts, faults } })
    const whole = { name: maskPhones(file.name), foundAtMs: held.foundAtMs }
    const mended = await bring(tx, held.lacking, { orderIds: [], whole })
    for (const id of held.isAgain ? [...mended, held.id] : mended) await alerts.resolve(tx, alertKey(id))
  }

  /** What was committed before it broke stays, and is told. */
  async function refuse(tx: Tx, rule: ShopRule, file: FoundFile, { held, why }: { held: Held; why: string }) {
    const faults = [why, ...held.faults].slice(0, MOST_FAULTS)
    const missing = missingText(new Set([...held.missing, ...ALL_UNKNOWN]))
    await changeHeld(tx, held, {
      ...{ state: 'refused', faults: JSON.stringify(faults), missing, ended_at: clock.now() },
      ...FREE,
    })
    const counts = await committed(tx, held)
    await tell(tx, rule, file, { held, report: { state: 'refused', counts, faults } })
  }

  async function tell(
    tx: Tx,
    { keeper }: ShopRule,
    file: FoundFile,
    { held, report }: { held: Held; report: Pick<FileReport, 'state' | 'counts' | 'faults'> },
  ): Promise<void> {
    const trouble = fileTrouble({ ...report, name: maskPhones(file.name), isMended: false })
    if (trouble === undefined) return
    await alerts.raise(tx, {
      key: alertKey(held.id),
      text: `「${held.source}」的${trouble.text}`,
      todo: trouble.todo,
      lapseAtMs: clock.now() + TOLD_FOR_MS,
      alsoTo: keeper === undefined ? [] : [keeper],
      isNewsWhenChanged: true,
    })
  }

  /** `isStopping` is asked as it is read: then the file is let go of behind the last commit. */
  return async (rule: ShopRule, file: FoundFile, isStopping: () => boolean): Promise<Taken> => {
    const going: Going = async function* (bytes) {
      for await (const part of bytes) {
        if (isStopping()) throw new Stopped('the process is to end')
        yield part
      }
    }
    let held: Held | undefined
    try {
      const digest = await digestOf(file.path, going)
      const nowMs = clock.now()
      const claimed = await db.tx((tx) => claimFile(tx, { rule, file, digest, by: instance, nowMs }))
      if (typeof claimed === 'string') return claimed
      held = claimed
      const counts = await read(rule, file, { held: claimed, going })
      await mustBeSame(file)
      await db.tx((tx) => end(tx, rule, file, { held: claimed, counts }))
      return 'ended'
    } catch (error) {
      if (error instanceof Lost) return 'elsewhere'
      if (held === undefined) {
        if (error instanceof Stopped) return 'later'
        throw error
      }
      return afterFault(rule, file, { held, error })
    }
  }

  async function afterFault(
    rule: ShopRule,
    file: FoundFile,
    { held, error }: { held: Held; error: unknown },
  ): Promise<Taken> {
    // Half of one file and half of another is broken in other ways, too.
    const now = await markOf(file.path)
    if (error instanceof Overwritten || (now !== undefined && now !== file.mark)) {
      await db.tx((tx) => forgetHeld(tx, held))
      return 'later'
    }
    if (error instanceof AppError && error.status < 500) {
      await db.tx((tx) => refuse(tx, rule, file, { held, why: error.zh ?? error.code }))
      return 'ended'
    }
    // The process ends, the database or the disk is away: whoever looks next goes on.
    await db.statement((tx) => changeHeld(tx, held, FREE)).catch(() => undefined)
    if (error instanceof Stopped) return 'later'
    throw error
  }
}

type Going = (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>
