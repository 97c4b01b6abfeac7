import type {
  Accepted,
  BirthdayChange,
  Boot,
  FavouriteChange,
  FieldsChange,
  FoundFriends,
  FoundScripts,
  GroupPane,
  Journeys,
  Me,
  MyDay,
  MyNumbers,
  MyScripts,
  Notes,
  NoteWritten,
  OrderBinding,
  OrderBound,
  Orders,
  OrderUnbound,
  OwnScriptSaved,
  OwnScriptWritten,
  PageVersion,
  Profile,
  Proposals,
  RemarkChange,
  ReminderSet,
  Scripts,
  ScriptTree,
  Sent,
  Signature,
  TagChange,
  TagGroups,
  Tasks,
  Timeline,
} from '../../../server/sidebar-api/contract.ts'
import type { Takers } from '../../../server/sidebar-api/contract-handover.ts'
import type { Unwanted, UnwantedChange } from '../../../server/sidebar-api/contract-unwanted.ts'
import type { Http } from './http.ts'

export type TimelineOnly = 'people' | 'orders'
export type Api = ReturnType<typeof createApi>

const of = (externalUserId: string, rest = ''): string => `customers/${encodeURIComponent(externalUserId)}${rest}`

/** Every call the sidebar makes, one line each. */
export function createApi(http: Http) {
  return {
    boot: () => http.get<Boot>('boot'),
    me: () => http.get<Me>('me'),
    signature: (kind: 'corp' | 'agent', url: string) => http.get<Signature>('jssdk-signature', { kind, url }),
    profile: (id: string, signal?: AbortSignal) => http.get<Profile>(of(id), {}, signal),
    version: (id: string, signal?: AbortSignal) => http.get<PageVersion>(of(id, '/version'), {}, signal),
    proposals: (id: string, signal?: AbortSignal) => http.get<Proposals>(of(id, '/proposals'), {}, signal),
    tasks: (id: string, signal?: AbortSignal) => http.get<Tasks>(of(id, '/tasks'), {}, signal),
    orders: (id: string, before?: string, signal?: AbortSignal) =>
      http.get<Orders>(of(id, '/orders'), before === undefined ? {} : { before }, signal),
    bindOrder: (id: string, order: OrderBound) => http.post<OrderBinding>(of(id, '/orders/bind'), order),
    unbindOrder: (id: string, order: OrderUnbound) => http.post<Accepted>(of(id, '/orders/unbind'), order),
    timeline: (id: string, page: { before?: string; only?: TimelineOnly } = {}, signal?: AbortSignal) =>
      http.get<Timeline>(of(id, '/timeline'), page, signal),
    journeys: (id: string, signal?: AbortSignal) => http.get<Journeys>(of(id, '/journeys'), {}, signal),
    changeTags: (id: string, change: TagChange) => http.post<Accepted>(of(id, '/tags'), change),
    changeRemark: (id: string, change: RemarkChange) => http.post<Accepted>(of(id, '/remark'), change),
    changeBirthday: (id: string, change: BirthdayChange) => http.post<Accepted>(of(id, '/birthday'), change),
    changeFields: (id: string, change: FieldsChange) => http.post<Accepted>(of(id, '/fields'), change),
    finishTask: (id: string, taskId: string, note?: string) =>
      http.post<Accepted>(of(id, `/tasks/${encodeURIComponent(taskId)}/done`), note === undefined ? {} : { note }),
    putOffTask: (id: string, taskId: string, untilMs: number) =>
      http.post<Accepted>(of(id, `/tasks/${encodeURIComponent(taskId)}/later`), { untilMs }),
    refuseTask: (id: string, taskId: string, note?: string) =>
      http.post<Accepted>(of(id, `/tasks/${encodeURIComponent(taskId)}/wrong`), note === undefined ? {} : { note }),
    handOnTask: (id: string, taskId: string, toUserId: string) =>
      http.post<Accepted>(of(id, `/tasks/${encodeURIComponent(taskId)}/hand-on`), { toUserId }),
    noteSent: (id: string, sent: Sent) => http.post<Accepted>(of(id, '/sent'), sent),
    notes: (id: string, before?: string, signal?: AbortSignal) =>
      http.get<Notes>(of(id, '/notes'), before === undefined ? {} : { before }, signal),
    writeNote: (id: string, note: NoteWritten) => http.post<Accepted>(of(id, '/notes'), note),
    pinNote: (id: string, noteId: string, isPinned: boolean) =>
      http.post<Accepted>(of(id, `/notes/${encodeURIComponent(noteId)}/pin`), { isPinned }),
    removeNote: (id: string, noteId: string) =>
      http.post<Accepted>(of(id, `/notes/${encodeURIComponent(noteId)}/remove`), {}),
    unwanted: (id: string, signal?: AbortSignal) => http.get<Unwanted>(of(id, '/unwanted'), {}, signal),
    changeUnwanted: (id: string, change: UnwantedChange) => http.post<Accepted>(of(id, '/unwanted'), change),
    takers: (id: string, signal?: AbortSignal) => http.get<Takers>(of(id, '/takers'), {}, signal),
    handOver: (id: string, toUserId: string) => http.post<Accepted>(of(id, '/hand-over'), { toUserId }),
    setReminder: (id: string, reminder: ReminderSet) => http.post<Accepted>(of(id, '/reminders'), reminder),
    day: (signal?: AbortSignal) => http.get<MyDay>('day', {}, signal),
    endDuty: (id: string, how: 'done' | 'wrong', words: { note?: string }) =>
      http.post<Accepted>(`day/duties/${encodeURIComponent(id)}/${how}`, words),
    myNumbers: (signal?: AbortSignal) => http.get<MyNumbers>('day/numbers', {}, signal),
    findFriends: (q: string, signal?: AbortSignal) => http.get<FoundFriends>('day/find', { q }, signal),
    group: (chatId: string, signal?: AbortSignal) =>
      http.get<GroupPane>(`groups/${encodeURIComponent(chatId)}`, {}, signal),
    tagGroups: () => http.get<TagGroups>('tags'),
    myScripts: (signal?: AbortSignal) => http.get<MyScripts>('scripts/mine', {}, signal),
    writeScript: (script: OwnScriptWritten, id?: string) =>
      http.post<OwnScriptSaved>(id === undefined ? 'scripts/own' : `scripts/own/${encodeURIComponent(id)}`, script),
    removeScript: (id: string) => http.post<Accepted>(`scripts/own/${encodeURIComponent(id)}/remove`, {}),
    setFavourite: (change: FavouriteChange) => http.post<Accepted>('scripts/favourites', change),
    scriptTree: (signal?: AbortSignal) => http.get<ScriptTree>('scripts/tree', {}, signal),
    scriptsOf: (domain: string, situation: string, signal?: AbortSignal) =>
      http.get<Scripts>('scripts/of', { domain, situation }, signal),
    searchScripts: (q: string, from = 0, signal?: AbortSignal) =>
      http.get<FoundScripts>('scripts/search', from === 0 ? { q } : { q, from }, signal),
  }
}

/** Where the browser goes to log in; `back` is a path on our own origin. */
export const loginPath = (back: string, guide: string | null): string =>
  `/api/sidebar/login?${new URLSearchParams({ back, ...(guide === null ? {} : { guide }) })}`

/** Where the picture of a script lies that the server shows to whoever is logged in. */
export const picturePath = (asset: string): string => `/api/sidebar/scripts/picture?${new URLSearchParams({ asset })}`
export const filePath = (asset: string): string => `/api/sidebar/scripts/file?${new URLSearchParams({ asset })}`
