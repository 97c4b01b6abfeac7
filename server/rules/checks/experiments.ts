import { splitsOf } from '../book/splits-of.ts'
import type { Draft } from '../files/draft.ts'
import type { SopRule } from '../schema/rule-files.ts'

/** One name draws one arm for a person wherever it stands: two tests under it could not be told apart. */
export function checkExperiments(sops: Draft<SopRule>[]): void {
  const seen = new Map<string, string>()
  for (const draft of sops) {
    for (const { at, split } of splitsOf(draft.value.steps)) {
      const earlier = seen.get(split.experiment)
      if (earlier === undefined) seen.set(split.experiment, draft.file)
      else {
        const where = earlier === draft.file ? '这个文件的前面' : ` ${earlier} 里`
        const why = '同名的实验会把人分到同样的组，结果分不清'
        draft.fault([...at, 'experiment'], `实验「${split.experiment}」已经用在${where}，${why}`, '换一个名字')
      }
    }
  }
}
