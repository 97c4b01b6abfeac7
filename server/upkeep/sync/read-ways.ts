import type { Db } from '../../core/db/db.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { type Executor, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Channels } from '../../records/channels/channels.ts'
import type { CodeChange, CodeReading } from '../../records/channels/read-code.ts'
import type { Groups } from '../../records/groups/groups.ts'
import type { JoinWayReading } from '../../records/groups/read-join-way.ts'
import { readSome } from './read-some.ts'
import type { RunSteps } from './run-steps.ts'
import { SyncWays } from './sync-actions.ts'
import { syncParts } from './sync-part.ts'
import type { SyncRun } from './sync-run.ts'

export interface ReadWaysDeps {
  db: Db
  log: Pick<Logger, 'warn'>
  outbox: Outbox
  steps: RunSteps
  channels: Pick<Channels, 'codes'>
  groups: Pick<Groups, 'joinCodes'>
}

const WAYS_PER_STEP = 10
const CHANNEL = 'channel:'
const POOL = 'pool:'

const reason = { text: '读取渠道活码和入群码' }

/** The live codes of channels and the join codes of pools, as WeCom has them. Only our own app can see or change them, so
 *  nothing but another program with the same secret, or WeCom itself, makes them differ. */
export function createReadWays({ db, log, outbox, steps, channels, groups }: ReadWaysDeps) {
  async function addPart(tx: Tx, runId: number, subjects: string[]): Promise<void> {
    const partId = await syncParts.add(tx, runId, 'ways', subjects)
    await steps.add(tx, runId, { parts: 1 })
    const key = `sync:${runId}:ways:${partId}`
    await outbox.enqueue(tx, SyncWays, { key, payload: { runId, partId }, reason })
  }

  type Reading = { code: CodeReading | undefined } | { joinWay: JoinWayReading | undefined }

  const read = async (subject: string): Promise<Reading> =>
    subject.startsWith(POOL)
      ? { joinWay: await groups.joinCodes.read(subject.slice(POOL.length)) }
      : { code: await channels.codes.read(subject.slice(CHANNEL.length)) }

  const record = (tx: Tx, subject: string, reading: Reading): Promise<CodeChange> =>
    'joinWay' in reading
      ? groups.joinCodes.record(tx, subject.slice(POOL.length), reading.joinWay)
      : channels.codes.record(tx, subject.slice(CHANNEL.length), reading.code)

  const executor: Executor = execute(SyncWays, {
    perform: async ({ payload }) => {
      const part = await db.tx((tx) => syncParts.byId(tx, payload.partId))
      return readSome(part?.subjects ?? [], read)
    },
    record: async (tx, { payload: { runId } }, { readings, left }) => {
      const run = await steps.open(tx, runId)
      if (run === undefined) return
      await steps.repair(tx, run, async (find) => {
        for (const { subject, reading } of readings) {
          const change = await record(tx, subject, reading)
          if (change !== 'same') find({ kind: change === 'gone' ? 'way.gone' : 'way.changed', subject })
        }
      })
      if (left.length > 0) await addPart(tx, runId, left)
      await steps.stepDone(tx, runId)
    },
    abandoned: async (tx, { payload: { runId, partId } }, { errcode }) => {
      const part = await syncParts.byId(tx, partId)
      if ((await steps.open(tx, runId)) === undefined || part === undefined) return
      const [refused, ...others] = part.subjects
      log.warn({ runId, way: refused, errcode }, 'a live code or join code could not be read')
      if (others.length > 0) await addPart(tx, runId, others)
      await steps.stepDone(tx, runId, { gaps: 1 })
    },
  })

  return {
    executor,
    begin: async (tx: Tx, run: SyncRun): Promise<void> => {
      const codes = (await channels.codes.states(tx)).map((state) => `${CHANNEL}${state}`)
      const subjects = [...codes, ...(await groups.joinCodes.pools(tx)).map((pool) => `${POOL}${pool}`)]
      for (let at = 0; at < subjects.length; at += WAYS_PER_STEP) {
        await addPart(tx, run.id, subjects.slice(at, at + WAYS_PER_STEP))
      }
    },
  }
}
