import type { Tx } from '../core/db/tx.ts'
import type { Clock } from '../core/kernel/clock.ts'
import { DAY_MS } from '../core/kernel/shanghai.ts'
import { type OwnScript, ownScripts } from '../operations/scripts-library/own-scripts.ts'
import { riskyWords } from '../operations/scripts-library/risky-words.ts'
import type { Media } from '../records/media/media.ts'
import type { StaffMember, staffQueries } from '../records/staff/staff-queries.ts'
import type { Standings } from '../records/staff/standings.ts'
import type { RuleBookHolder } from '../rules/book/rule-book.ts'
import type { MyScripts, Script } from './contract.ts'
import type { Person } from './friend-of.ts'
import { scriptUses } from './script-uses.ts'
import { scriptViews } from './script-view.ts'

export interface ScriptLibraryDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  media: Pick<Media, 'chatMessages' | 'sizeOf'>
  staff: { queries: Pick<typeof staffQueries, 'among'> }
  standings: Standings
}

const RECENT_MS = 90 * DAY_MS
const RECENT = 10

export const warningsOf = (text: string): string[] => riskyWords(text).map(({ word, why }) => `「${word}」：${why}`)

interface Writers {
  /** Their userids. */
  ids: string[]
  nameOf(userId: string): string
}

/** The scripts that one person may send: of the files, their own, and those that a lead wrote for their departments. */
export function createScriptLibrary({ clock, rules, media, staff, standings }: ScriptLibraryDeps) {
  /** Who writes for this person's departments: a lead's words go to whom the lead leads today. */
  async function writersFor(tx: Tx, person: Person, userIds: readonly string[]): Promise<Writers> {
    const all = userIds.filter((userId) => userId !== person.userId)
    const known: ReadonlyMap<string, StaffMember> =
      all.length === 0 ? new Map() : await staff.queries.among(tx, [...all, person.userId])
    const departments = known.get(person.userId)?.departments ?? []
    const leads = await standings.among(
      tx,
      all.flatMap((userId) => known.get(userId) ?? []),
    )
    return {
      ids: all.filter((userId) => departments.some((id) => leads.get(userId)?.leads.has(id) === true)),
      nameOf: (userId) => (userId === person.userId ? person.name : (known.get(userId)?.name ?? userId)),
    }
  }

  const isFor = (person: Person, writers: Writers, { userId, isTeam }: OwnScript): boolean =>
    userId === person.userId || (isTeam && writers.ids.includes(userId))

  function ownView(person: Person, writers: Writers, script: OwnScript): Script {
    const by = writers.nameOf(script.userId)
    const isMine = script.userId === person.userId
    return {
      id: script.id,
      title: script.title,
      domain: script.isTeam ? '本店话术' : '我的话术',
      situation: isMine ? '我写的' : `${by}写的`,
      aim: '',
      expect: '',
      text: script.text,
      messages: [{ msgtype: 'text', text: { content: script.text } }],
      missing: [],
      own: { isMine, isTeam: script.isTeam, by, warnings: warningsOf(script.text) },
    }
  }

  /** By id; what is not there any more, or not for this person, is left out. */
  async function viewsOf(
    tx: Tx,
    person: Person,
    writers: Writers,
    ids: readonly string[],
  ): Promise<Map<string, Script>> {
    const written = (await ownScripts.byIds(tx, ids)).filter((one) => isFor(person, writers, one))
    const ofFiles = [...new Set(ids)].flatMap((id) => rules.current().scripts.get(id) ?? [])
    const views = [...written.map((one) => ownView(person, writers, one)), ...(await scriptViews(tx, media, ofFiles))]
    return new Map(views.map((one) => [one.id, one]))
  }

  return {
    /** In as many statements for a whole house as for one person. */
    mine: async (tx: Tx, person: Person): Promise<MyScripts> => {
      const writers = await writersFor(tx, person, await ownScripts.teamWriters(tx))
      const [own, team] = [await ownScripts.of(tx, person.userId), await ownScripts.ofTeams(tx, writers.ids)]
      const favourites = await ownScripts.favouritesOf(tx, person.userId)
      const recent = await scriptUses.recentOf(tx, person.userId, {
        sinceMs: clock.now() - RECENT_MS,
        limit: RECENT,
      })
      const views = await viewsOf(tx, person, writers, [...favourites, ...recent])
      return {
        favourites: favourites.flatMap((id) => views.get(id) ?? []),
        recent: recent.flatMap((id) => views.get(id) ?? []),
        own: own.map((one) => ownView(person, writers, one)),
        team: team.map((one) => ownView(person, writers, one)),
        mayShare: person.standing.leads.size > 0,
      }
    },
    /** One that somebody wrote in the pane, if this person may send it. */
    own: async (tx: Tx, person: Person, id: string): Promise<OwnScript | undefined> => {
      const [script] = await ownScripts.byIds(tx, [id])
      if (script === undefined || script.userId === person.userId) return script
      return isFor(person, await writersFor(tx, person, [script.userId]), script) ? script : undefined
    },
  }
}
export type ScriptLibrary = ReturnType<typeof createScriptLibrary>
