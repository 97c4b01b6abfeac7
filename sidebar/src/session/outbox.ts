import { type Ref, readonly, shallowRef } from 'vue'
import type {
  BirthdayChange,
  FieldsChange,
  NoteWritten,
  RefusedField,
  RemarkChange,
  ReminderSet,
  TagChange,
} from '../../../server/sidebar-api/contract.ts'
import type { Api } from '../api/api.ts'
import { ApiError } from '../api/api-error.ts'
import { createInOrder } from './in-order.ts'

/** What a guide changes about a customer. Each is safe to send twice: the server knows it again. */
export type Change =
  | { kind: 'tags'; body: TagChange }
  | { kind: 'remark'; body: RemarkChange }
  | { kind: 'birthday'; body: BirthdayChange }
  | { kind: 'fields'; body: FieldsChange }
  | { kind: 'done'; taskId: string }
  | { kind: 'later'; taskId: string; untilMs: number }
  | { kind: 'wrong'; taskId: string; note?: string }
  | { kind: 'hand-on'; taskId: string; toUserId: string }
  | { kind: 'note'; body: NoteWritten }
  | { kind: 'pin'; noteId: string; isPinned: boolean }
  | { kind: 'unnote'; noteId: string }
  | { kind: 'reminder'; body: ReminderSet }

export interface Queued {
  /** Made once. */
  key: string
  externalUserId: string
  /** As the guide saw it, for telling what became of it. */
  who: string
  change: Change
  /** Not sent before then, UTC milliseconds: it can still be taken back. */
  notBeforeMs: number
}

/** What waited and was refused when it was sent. */
export interface Refused extends Queued {
  /** The server's sentence. */
  why: string
  /** Of a change of fields those that were not kept, as the server told; empty: nothing of it was. */
  fields: readonly RefusedField[]
}

export type Outcome = 'sent' | 'queued'

export interface OutboxOptions {
  api: Pick<
    Api,
    | 'changeTags'
    | 'changeRemark'
    | 'changeBirthday'
    | 'changeFields'
    | 'finishTask'
    | 'putOffTask'
    | 'refuseTask'
    | 'handOnTask'
    | 'writeNote'
    | 'pinNote'
    | 'removeNote'
    | 'setReminder'
  >
  /** The member: another one's changes are not sent in this one's name. */
  owner: string
  storage: Storage | undefined
  toast(text: string): void
  /** Something arrived, or was refused: what is on the screen may be older. */
  onSettled(one: Queued): void
  now?: () => number
}

const NAMES: Record<Change['kind'], string> = {
  tags: '标签',
  remark: '备注',
  birthday: '生日',
  fields: '资料',
  done: '完成待办',
  later: '推迟待办',
  wrong: '退回待办',
  'hand-on': '转给同事',
  note: '记录',
  pin: '置顶',
  unnote: '删除记录',
  reminder: '提醒',
}
const RETRY_MS = 5_000

function stored(storage: Storage | undefined, place: string): Queued[] {
  try {
    return JSON.parse(storage?.getItem(place) ?? '[]') as Queued[] // we are the only writer of this name
  } catch {
    return []
  }
}

function store(storage: Storage | undefined, place: string, waiting: readonly Queued[]): void {
  try {
    if (waiting.length === 0) storage?.removeItem(place)
    else storage?.setItem(place, JSON.stringify(waiting))
  } catch {
    // It is sent all the same while the window lives.
  }
}

/** Changes on their way. What the network keeps back waits here, outlives the window, and is sent once, in order, when it is
 *  back; what the server refuses then is told. */
export function createOutbox({ api, owner, storage, toast, onSettled, now = Date.now }: OutboxOptions) {
  const place = `huoshui:outbox:${owner}`
  const waiting: Ref<readonly Queued[]> = shallowRef(stored(storage, place))
  const settled = shallowRef(0)
  const refused = shallowRef<Refused>()
  const inOrder = createInOrder()
  let isFlushing = false
  let timer: ReturnType<typeof setTimeout> | undefined

  function keep(next: readonly Queued[]): void {
    waiting.value = next
    store(storage, place, next)
  }

  const drop = (key: string): void => keep(waiting.value.filter((one) => one.key !== key))

  function send({ key, externalUserId: id, change }: Queued): Promise<unknown> {
    switch (change.kind) {
      case 'tags':
        return api.changeTags(id, { ...change.body, key })
      case 'remark':
        return api.changeRemark(id, { ...change.body, key })
      case 'birthday':
        return api.changeBirthday(id, change.body)
      case 'fields':
        return api.changeFields(id, { ...change.body, key })
      case 'done':
        return api.finishTask(id, change.taskId)
      case 'later':
        return api.putOffTask(id, change.taskId, change.untilMs)
      case 'wrong':
        return api.refuseTask(id, change.taskId, change.note)
      case 'hand-on':
        return api.handOnTask(id, change.taskId, change.toUserId)
      case 'note':
        return api.writeNote(id, { ...change.body, key })
      case 'pin':
        return api.pinNote(id, change.noteId, change.isPinned)
      case 'unnote':
        return api.removeNote(id, change.noteId)
      case 'reminder':
        return api.setReminder(id, { ...change.body, key })
    }
  }

  /** Sends what is due, one after the other; `all`: also what could still be taken back. */
  async function flush({ all = false }: { all?: boolean } = {}): Promise<void> {
    if (isFlushing) return
    isFlushing = true
    clearTimeout(timer)
    let arrived = 0
    // Told once, at the end: a line that comes after would push it off the screen.
    const refusals: string[] = []
    const next = (): Queued | undefined => waiting.value.find((queued) => all || queued.notBeforeMs <= now())
    try {
      for (let one = next(); one !== undefined; one = next()) {
        try {
          await send(one)
          arrived += 1
        } catch (error) {
          if (mayPass(error)) break
          const why = error instanceof Error ? error.message : '请重试'
          refusals.push(`${one.who}的${NAMES[one.change.kind]}没有保存：${why}`)
          refused.value = { ...one, why, fields: error instanceof ApiError ? error.fields : [] }
        }
        drop(one.key)
        settled.value += 1
        onSettled(one)
      }
    } finally {
      isFlushing = false
    }
    const rest = arrived === 0 ? '' : `（另有 ${arrived} 处已保存）`
    if (refusals.length > 0) toast(`${refusals.join('；')}${rest}`)
    else if (arrived > 1) toast(`${arrived} 处改动已保存`)
    plan()
  }

  async function sendOrKeep(one: Queued): Promise<Outcome> {
    // What was changed before about the same customer goes first.
    if (waiting.value.some((queued) => queued.externalUserId === one.externalUserId && queued.notBeforeMs <= now())) {
      keep([...waiting.value, one])
      void flush()
      return 'queued'
    }
    try {
      await send(one)
      return 'sent'
    } catch (error) {
      if (!isNetwork(error)) throw error
      keep([...waiting.value, one])
      plan()
      return 'queued'
    }
  }

  function plan(): void {
    clearTimeout(timer)
    const [first] = waiting.value.map((one) => one.notBeforeMs).sort((a, b) => a - b)
    if (first === undefined) return
    timer = setTimeout(() => void flush(), first > now() ? first - now() : RETRY_MS)
  }

  plan()

  return {
    waiting: readonly(waiting) as Readonly<Ref<readonly Queued[]>>,
    /** Counts on with each that arrived or was refused later. */
    settled: readonly(settled),
    /** The last that waited and was refused when it was sent. */
    refused: readonly(refused) as Readonly<Ref<Refused | undefined>>,
    /** Sends it now, behind what of its kind is being sent about this customer, or keeps it until the network is back. Throws ApiError
     *  when the server says no. */
    submit: (externalUserId: string, who: string, change: Change): Promise<Outcome> => {
      const one = { key: newKey(), externalUserId, who, change, notBeforeMs: now() }
      return inOrder(`${change.kind} ${externalUserId}`, () => sendOrKeep(one))
    },
    /** Sends it after so many milliseconds, unless `takeBack` is called before; gives its key. */
    hold: (externalUserId: string, who: string, change: Change, ms: number): string => {
      const one = { key: newKey(), externalUserId, who, change, notBeforeMs: now() + ms }
      keep([...waiting.value, one])
      plan()
      return one.key
    },
    takeBack: (key: string): boolean => {
      const isThere = waiting.value.some((one) => one.key === key)
      drop(key)
      plan()
      return isThere
    },
    flush,
    stop: (): void => clearTimeout(timer),
  }
}
export type Outbox = ReturnType<typeof createOutbox>

const isNetwork = (error: unknown): boolean =>
  error instanceof ApiError && error.status === 0 && error.code === 'network'
const mayPass = (error: unknown): boolean => error instanceof ApiError && (error.mayPass || error.isLoginNeeded)

/** randomUUID is missing on plain http and in old clients. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
