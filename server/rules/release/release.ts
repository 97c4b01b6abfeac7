import type { SopRule } from '../schema/sop-rule.ts'

/* How a journey in the files comes to people. Its content has a version (`versions/`). Whenever that or its `rollout`
   changes, `settleReleases` adds a line to the journey's release log, and so do people and the guard-rail. The last line
   says which version new entrants get; `releasedBook` puts that one into the book in force. Who is inside another version
   is seen to by the journeys themselves. This file has the lines and the pure decisions; `release-store.ts` the log. */

export type Rollout = NonNullable<SopRule['rollout']>
/** What becomes of people inside other versions. */
export type Inside = NonNullable<SopRule['inside']>

/** `published`: all new entrants get the version of the files · `canary`: a share of them does · `promoted`: the canary
 *  became everybody's · `stopped`: the guard-rail ended the canary · `rolled-back`: a person chose an earlier version ·
 *  `released`: a person ended what held the files' version back · `halted`: a person stopped the journey, nobody enters and
 *  everybody inside leaves · `disabled`: the files say `enabled: false` · `removed`: the files no longer have it ·
 *  `returned`: they have it again, and it stands as it stood. */
export type ReleaseWhat =
  | 'published'
  | 'canary'
  | 'promoted'
  | 'stopped'
  | 'rolled-back'
  | 'released'
  | 'halted'
  | 'disabled'
  | 'removed'
  | 'returned'

/** One line of a journey's release log; the last one says what new entrants get now. */
export interface Release {
  id: number
  sop: string
  /** 1, 2, 3 … within one SOP. */
  seq: number
  what: ReleaseWhat
  /** The version that this line is about. */
  version: string
  /** What new entrants get, all of them or those who are not in the canary; undefined: nobody enters but the canary. */
  stable: string | undefined
  canary: string | undefined
  /** When this canary began, UTC milliseconds; a changed percentage is no new beginning. */
  canarySinceMs: number | undefined
  /** The version in the files at the time. While it is neither `stable` nor `canary`, it is held back. */
  fileVersion: string
  /** What the files say about a canary. */
  rollout: Rollout | undefined
  inside: Inside
  atMs: number
  by: string | undefined
  bySource: Author['source']
  note: string | undefined
  /** When everybody inside other versions had been seen to. */
  movedAtMs: number | undefined
  /** What it was called first, however often it was renamed; no other journey has it. Undefined: as now. */
  firstName: string | undefined
}

/** Who released something. */
export interface Author {
  name: string | undefined
  /** Where the name comes from: git's last author of the file, the file's owner, a command line; or no person. */
  source: 'deploy' | 'git' | 'file-owner' | 'command' | 'guard-rail' | 'unknown'
}

export type ReleaseDraft = Omit<Release, 'id' | 'seq' | 'atMs' | 'by' | 'bySource' | 'movedAtMs' | 'firstName'>

/** The files' version is kept from new entrants: rolled back by hand, or its canary was stopped. */
export const isHeldBack = (release: Release): boolean =>
  release.stable !== release.fileVersion && release.canary !== release.fileVersion

export interface WrittenSop {
  name: string
  isEnabled: boolean
  version: string
  rollout: Rollout | undefined
  inside: Inside
}

const NOTHING = { canary: undefined, canarySinceMs: undefined, note: undefined }

/** What the files, as they are now, add to the log: undefined when nothing. A changed content always counts and ends
 *  what held an earlier one back; a changed `rollout` of the same content only while its canary runs. */
export function nextForFile(last: Release | undefined, file: WrittenSop, nowMs: number): ReleaseDraft | undefined {
  const { name: sop, version, rollout, inside, isEnabled } = file
  const common = { ...NOTHING, sop, version, fileVersion: version, rollout }
  const forAll = { ...common, stable: version, inside }
  const isNewContent = last?.fileVersion !== version
  if (isNewContent && !isEnabled) return { ...forAll, what: 'disabled' }
  if (isNewContent) {
    if (rollout === undefined || last?.stable === version) return { ...forAll, what: 'published' }
    return { ...common, ...canaryOf(version, nowMs), what: 'canary', stable: last?.stable, inside: 'finish' }
  }
  if (last.what === 'removed') return { ...draftOf(last), what: 'returned' }
  if (last.canary !== version) return undefined
  if (rollout === undefined) return { ...forAll, what: 'promoted' }
  if (JSON.stringify(rollout) === JSON.stringify(last.rollout)) return undefined
  const { canary, canarySinceMs, stable } = last
  return { ...common, what: 'canary', stable, canary, canarySinceMs, inside: 'finish' }
}

/** Once more what the last line says, as the beginning of another one. */
const draftOf = ({
  id: _id,
  seq: _seq,
  atMs: _at,
  by: _by,
  bySource: _source,
  movedAtMs: _moved,
  firstName: _firstName,
  ...last
}: Release) => ({
  ...last,
  inside: 'finish' as const,
  note: undefined,
})

/** The files no longer have the journey; undefined when the log says so already. */
export const nextForGone = (last: Release): ReleaseDraft | undefined =>
  last.what === 'removed' ? undefined : { ...draftOf(last), what: 'removed' }

/** Nobody enters any more, and everybody inside leaves. */
export const halt = (last: Release, note: string | undefined): ReleaseDraft => ({
  ...stay(last),
  ...NOTHING,
  what: 'halted',
  version: last.canary ?? last.stable ?? last.fileVersion,
  stable: undefined,
  inside: 'leave',
  note,
})

const canaryOf = (version: string, nowMs: number) => ({ canary: version, canarySinceMs: nowMs })

/** All new entrants get `to`. People inside stay unless `inside` says otherwise. */
export const rollBack = (last: Release, to: string, inside: Inside, note: string | undefined): ReleaseDraft => ({
  ...stay(last),
  ...NOTHING,
  what: 'rolled-back',
  version: to,
  stable: to,
  inside,
  note,
})

/** The guard-rail ends the canary: everybody gets the stable version. */
export const stopCanary = (last: Release, canary: string, note: string): ReleaseDraft => ({
  ...stay(last),
  ...NOTHING,
  what: 'stopped',
  version: canary,
  inside: 'finish',
  note,
})

/** The files' version is let go again, as the files say: as a canary, counted from now, or for all. */
export function releaseAgain(last: Release, fileInside: Inside, note: string | undefined, nowMs: number): ReleaseDraft {
  const what = 'released'
  const base = { ...stay(last), ...NOTHING, what, version: last.fileVersion, note } as const
  return last.rollout === undefined
    ? { ...base, stable: last.fileVersion, inside: fileInside }
    : { ...base, ...canaryOf(last.fileVersion, nowMs), inside: 'finish' }
}

/** The canary's version is for all from now on. */
export const promote = (last: Release, canary: string, fileInside: Inside, note: string | undefined): ReleaseDraft => ({
  ...stay(last),
  ...NOTHING,
  what: 'promoted',
  version: canary,
  stable: canary,
  inside: fileInside,
  note,
})

const stay = ({ sop, stable, fileVersion, rollout }: Release) => ({ sop, stable, fileVersion, rollout })
