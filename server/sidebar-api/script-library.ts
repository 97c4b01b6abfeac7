import type { Tx } from '../core/db/tx.ts'
import type { Clock } from '../core/kernel/clock.ts'
import { DAY_MS } from '../core/kernel/shanghai.ts'
import { type OwnScript, ownScripts } from '../operations/scripts-library/own-scripts.ts'
import { riskyWords } from '../operations/scripts-library/risky-words.ts'
import type { Media } from '../records/media/media.ts'
import type { staffQueries } from '../records/staff/staff-queries.ts'
import type { Standings } from '../records/staff/standings.ts'
import type { RuleBookHolder } from '../rules/book/rule-book.ts'
import type { MyScripts, Script } from './contract.ts'
import type { Person } from './friend-of.ts'
import { scriptUses } from './script-uses.ts'
import { scriptView } from './script-view.ts'

export interface ScriptLibraryDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  media: Pick<Media, 'chatMessages'>
  staff: { queries: Pick<typeof staffQueries, 'get' | 'nameOf'> }
  standings: Standings
}

const RECENT_MS = 90 * DAY_MS
const RECENT = 10

export const warningsOf = (text: string): string[] => riskyWords(text).map(({ word, why }) => `「${word}」：${why}`)

/** The scripts that one person may send: of the files, their own, and those that a lead wrote for their departments. */
export function createScriptLibrary({ clock, rules, media, staff, standings }: ScriptLibraryDeps) {
  /** A lead's words go to whom the lead leads today. */
  async function isForTeamOf(tx: Tx, person: Person, script: OwnScript, kept: Map<string, boolean>): Promise<boolean> {
    if (!script.isTeam) return false
    const known = kept.get(script.userId)
    if (known !== undefined) return known
    const [writer, reader] = [await staff.queries.get(tx, script.userId), await staff.queries.get(tx, person.userId)]
    const standing = writer === undefined ? undefined : await standings.of(tx, writer)
    const isLed = reader?.departments.some((id) => standing?.leads.has(id) === true) === true
    kept.set(script.userId, isLed)
    return isLed
  }

  async function visible(tx: Tx, person: Person, scripts: readonly OwnScript[]): Promise<OwnScript[]> {
    const kept = new Map<string, boolean>()
    const seen: OwnScript[] = []
    for (const one of scripts) {
      if (one.userId === person.userId || (await isForTeamOf(tx, person, one, kept))) seen.push(one)
    }
    return seen
  }

  async function ownView(tx: Tx, person: Person, script: OwnScript): Promise<Script> {
    const by = (await staff.queries.nameOf(tx, script.userId)) ?? script.userId
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

  /** In this order; what is not there any more, or not for this person, is left out. */
  async function viewsOf(tx: Tx, person: Person, ids: readonly string[]): Promise<Script[]> {
    const own = new Map((await visible(tx, person, await ownScripts.byIds(tx, ids))).map((one) => [one.id, one]))
    const views: Script[] = []
    for (const id of ids) {
      const [written, script] = [own.get(id), rules.current().scripts.get(id)]
      if (written !== undefined) views.push(await ownView(tx, person, written))
      else if (script !== undefined) views.push(await scriptView(tx, media, script))
    }
    return views
  }

  return {
    mine: async (tx: Tx, person: Person): Promise<MyScripts> => {
      const own = await ownScripts.of(tx, person.userId)
      const team = (await visible(tx, person, await ownScripts.ofTeams(tx))).filter(
        (one) => one.userId !== person.userId,
      )
      const recent = { sinceMs: clock.now() - RECENT_MS, limit: RECENT }
      return {
        favourites: await viewsOf(tx, person, await ownScripts.favouritesOf(tx, person.userId)),
        recent: await viewsOf(tx, person, await scriptUses.recentOf(tx, person.userId, recent)),
        own: await Promise.all(own.map((one) => ownView(tx, person, one))),
        team: await Promise.all(team.map((one) => ownView(tx, person, one))),
        mayShare: person.standing.leads.size > 0,
      }
    },
    /** One that somebody wrote in the pane, if this person may send it. */
    own: async (tx: Tx, person: Person, id: string): Promise<OwnScript | undefined> =>
      (await visible(tx, person, await ownScripts.byIds(tx, [id])))[0],
  }
}
export type ScriptLibrary = ReturnType<typeof createScriptLibrary>
