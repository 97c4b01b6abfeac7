import { RENAMED_RULES } from '../book/rule-rename.ts'
import type { Draft, Drafts } from '../files/draft.ts'
import type { Path } from '../files/yaml-rules.ts'

interface Written {
  draft: Pick<Draft<unknown>, 'fault'>
  at: Path
  name: string
  was: string | undefined
}

type Renamable = Pick<Drafts, 'tags' | 'campaign' | (typeof RENAMED_RULES)[number]>

/** A former name must be nobody's name now, and one rule's former name only: else what is kept under it had two owners. */
export function checkRenames(drafts: Renamable): void {
  const { ladder, tags, groupSop, campaign } = drafts
  for (const kind of RENAMED_RULES)
    checkAmong(drafts[kind].map((draft) => ({ draft, at: [], name: draft.name, was: draft.value.was })))
  checkAmong(campaign.map((draft) => ({ draft, at: [], name: draft.name, was: draft.value.was })))
  for (const draft of [...groupSop, ...campaign]) {
    checkAmong(draft.value.steps.map(({ step, was }, n) => ({ draft, at: ['steps', n], name: step, was })))
  }
  for (const draft of ladder) {
    checkAmong(draft.value.levels.map(({ level, was }, n) => ({ draft, at: ['levels', n], name: level, was })))
  }
  for (const draft of tags) {
    checkAmong(draft.value.tags.map(({ group, was }, n) => ({ draft, at: ['tags', n], name: group, was })))
    for (const [n, { names }] of draft.value.tags.entries()) {
      const at = ['tags', n, 'names']
      checkAmong(
        names.map((one, place) =>
          typeof one === 'string'
            ? { draft, at: [...at, place], name: one, was: undefined }
            : { draft, at: [...at, place], name: one.name, was: one.was },
        ),
      )
    }
  }
}

function checkAmong(all: Written[]): void {
  const names = new Set(all.map(({ name }) => name))
  const former = new Set<string>()
  for (const { draft, at, was } of all) {
    if (was === undefined) continue
    const here = [...at, 'was']
    if (names.has(was)) {
      draft.fault(here, `「${was}」还在，不能又是别人的旧名字`, '删掉 was，或者给现在叫这个名字的换一个名字')
    } else if (former.has(was)) draft.fault(here, `「${was}」已经写成另一个的旧名字`, '只留一个')
    former.add(was)
  }
}
