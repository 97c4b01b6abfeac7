import type { Path } from '../files/yaml-rules.ts'
import type { AnyDraft } from './check-context.ts'

/** Hours that begin and end at the same time would be no hours, or all of them. */
export function checkQuiet(draft: AnyDraft, path: Path, quiet: string | undefined): void {
  const [from, to] = quiet?.split('-') ?? []
  if (from !== undefined && from === to) {
    draft.fault(path, `免打扰时段「${quiet}」开始和结束一样`, '写成 "21:30-09:00" 这样，过了半夜也可以')
  }
}

/** Is `time` (`03:00`) in these hours? */
export function isWithin(time: string, quiet: string): boolean {
  const [from = '', to = ''] = quiet.split('-').map((one) => one.trim().padStart(5, '0'))
  return from < to ? time >= from && time < to : time >= from || time < to
}
