import { contentsOf, OTHERWISE } from '../book/variants-of.ts'
import { contradiction, implies } from '../condition/condition-bounds.ts'
import type { Draft } from '../files/draft.ts'
import type { Path } from '../files/yaml-rules.ts'
import type { Condition } from '../schema/condition.ts'
import type { ContentRule } from '../schema/content.ts'
import type { SendRule } from '../schema/rule-files.ts'
import type { Branch, VariedContent } from '../schema/varied-content.ts'
import type { CheckContext } from './check-context.ts'
import { checkContent } from './content.ts'

const PATH = ['content']
const WHOLE = 100
/** What those are called whom the hold-out keeps from it. */
const HELD_OUT = '对照组'

/** What a send says: one message, or versions of it. `whom`: its audience; undefined when it cannot be understood. */
export function checkVaried(context: CheckContext, draft: Draft<SendRule>, whom: Condition | undefined): void {
  const { content, to, holdOut } = draft.value
  const { choose, split, text, attachments } = content
  const mayBeVaried = draft.isLeftOut([...PATH, 'choose']) || draft.isLeftOut([...PATH, 'split'])
  if (choose === undefined && split === undefined) {
    if (!mayBeVaried) checkMessage(context, draft, PATH, content)
    return
  }
  if (to === 'groups') {
    const key = choose === undefined ? 'split' : 'choose'
    const why = '发到群的群发只有一段正文：一个群里什么样的客户都有，同一个人也可能在几个群里'
    draft.fault([...PATH, key], why, '直接写 text；不同的群发不同的话，就写成几个群发')
    return
  }
  if (choose !== undefined && split !== undefined)
    draft.fault([...PATH, 'split'], 'choose 和 split 只能写一个', '按条件分用 choose，抽签比较用 split')
  if (text !== undefined || attachments !== undefined) {
    const key = text === undefined ? 'attachments' : 'text'
    draft.fault([...PATH, key], '分了版本，写在外面的没有人收到', '挪到各版里面')
  }
  if (choose !== undefined) checkChoose(context, draft, choose, whom)
  if (split !== undefined) checkSplit(context, draft, split, holdOut)
}

/** WeCom sends the same words to all customers of a guide's task. */
function checkMessage(
  context: CheckContext,
  draft: Draft<SendRule>,
  path: Path,
  { text, attachments }: ContentRule,
): void {
  const message = {
    ...(text === undefined ? {} : { text }),
    ...(attachments === undefined ? {} : { attachments }),
  }
  checkContent(context, draft, path, message, { placeholders: ['{导购名}'], campaign: true })
}

function checkChoose(
  context: CheckContext,
  draft: Draft<SendRule>,
  branches: readonly Branch[],
  whom: Condition | undefined,
): void {
  const path = [...PATH, 'choose']
  const names = new Set<string>([OTHERWISE])
  const earlier: (Condition | undefined)[] = []
  let caught: string | undefined
  for (const [index, branch] of branches.entries()) {
    const here = [...path, index]
    if (caught !== undefined)
      draft.fault(here, `没有人会收到这一版：上面的${caught}已经接住所有人`, '把它移到前面，或者删掉')
    if ('otherwise' in branch) {
      caught ??= ' otherwise '
      checkMessage(context, draft, [...here, 'otherwise'], branch.otherwise)
      continue
    }
    const { variant, when } = branch
    if (names.has(variant)) draft.fault([...here, 'variant'], nameTaken(variant), '每版一个名字，结果按它分开看')
    names.add(variant)
    checkMessage(context, draft, here, branch)
    if (draft.isLeftOut([...here, 'when'])) continue
    const condition = draft.condition([...here, 'when'], when)
    if (caught === undefined) checkReached(draft, here, { condition, earlier, whom })
    if (Object.keys(when).length === 0) caught ??= '空条件'
    earlier.push(condition)
  }
  if (!branches.some((branch) => 'otherwise' in branch) && !draft.isLeftOut(path)) {
    const why = '没有写 otherwise：哪个 when 都不成立的人收到什么，没有说'
    draft.fault(path, why, '最后加一项 otherwise；不该收到的人写在 audience 里排除')
  }
}

const nameTaken = (variant: string): string =>
  variant === OTHERWISE ? `「${OTHERWISE}」说的是 otherwise 那一版` : `「${variant}」写了两次`

function checkReached(
  draft: Draft<SendRule>,
  here: Path,
  {
    condition,
    earlier,
    whom,
  }: { condition: Condition | undefined; earlier: (Condition | undefined)[]; whom: Condition | undefined },
): void {
  if (condition === undefined) return
  const by = earlier.findIndex((one) => one !== undefined && implies(condition, one))
  if (by >= 0)
    draft.fault([...here, 'when'], `没有人会收到这一版：符合的人已经被第 ${by + 1} 版接住`, '把要求更高的写在前面')
  else if (whom !== undefined && contradiction({ kind: 'all', of: [whom, condition] }) !== undefined)
    draft.fault([...here, 'when'], '没有人会收到这一版：它和 audience 互相矛盾', '改成能同时成立的，或者删掉')
}

function checkSplit(
  context: CheckContext,
  draft: Draft<SendRule>,
  { arms, days }: NonNullable<VariedContent['split']>,
  holdOut: SendRule['holdOut'],
): void {
  const path = [...PATH, 'split']
  const names = new Set<string>([HELD_OUT])
  for (const [index, one] of arms.entries()) {
    const here = [...path, 'arms', index]
    if (names.has(one.arm)) {
      const why = one.arm === HELD_OUT ? `「${HELD_OUT}」说的是不发的人` : `分组「${one.arm}」写了两次`
      draft.fault([...here, 'arm'], why, '每组一个名字；留一部分人不发用 holdOut')
    }
    names.add(one.arm)
    checkMessage(context, draft, here, one)
  }
  const total = arms.reduce((sum, { weight }) => sum + weight, 0)
  if (total !== WHOLE && arms.length > 1 && !draft.isLeftOut([...path, 'arms']))
    draft.fault([...path, 'arms'], `各组的 weight 加起来是 ${total}，要正好 ${WHOLE}`, '留一部分人不发用 holdOut')
  if (days !== undefined && holdOut !== undefined)
    draft.fault([...path, 'days'], '看几天已经写在 holdOut 里', '去掉这里的 days')
  const said = contentsOf({ split: { arms } }).map((one) => JSON.stringify(one))
  if (new Set(said).size < said.length && !draft.isLeftOut([...path, 'arms']))
    draft.advise([...path, 'arms'], '有两组的内容一模一样，比不出什么', '改其中一组')
}
