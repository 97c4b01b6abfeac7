import type { KnownMember } from '../at-hand.ts'
import { didYouMean } from '../condition/did-you-mean.ts'
import type { Path } from '../files/yaml-rules.ts'
import { type AnyDraft, type CheckContext, checkDoubles } from './check-context.ts'

const LOOK = '在企业微信管理后台的通讯录里看账号'

/** Reports what cannot be the account (userid) of a guide: WeCom would refuse the whole rule's code or task. Doc 90195. Whom
 *  nobody knows is a fault once the members are known. */
export function checkGuides(
  context: CheckContext,
  draft: AnyDraft,
  path: Path,
  guides: readonly string[] | undefined = [],
): void {
  checkMembers(context, draft, path, guides, 'fault')
}

/** The same for others who are told something: the app may not see all of them, so whom nobody knows is only told of. */
export function checkReceivers(
  context: CheckContext,
  draft: AnyDraft,
  path: Path,
  members: readonly string[] | undefined = [],
): void {
  checkMembers(context, draft, path, members, 'advise')
}

function checkMembers(
  { atHand }: CheckContext,
  draft: AnyDraft,
  path: Path,
  members: readonly string[],
  unknown: 'fault' | 'advise',
): void {
  checkDoubles(draft, path, members)
  const staff = atHand?.staff
  for (const [index, member] of members.entries()) {
    const at = [...path, index]
    if (/[，、；]/.test(member)) draft.fault(at, `「${member}」里有中文标点`, '几位导购之间用英文逗号 , 隔开')
    else if (/\p{Script=Han}/u.test(member)) draft.fault(at, ...aName(member, staff ?? []))
    else if (!/^[\w.@-]{1,64}$/.test(member))
      draft.fault(at, `「${member}」不是员工账号`, '账号只有字母、数字和 _ - @ .')
    else if (staff !== undefined) {
      const known = staff.find(({ userId }) => userId === member)
      if (known === undefined) draft[unknown](at, ...nobody(member, staff))
      else if (known.hasLeft) draft.advise(at, `${calls(known)}已经离职`, '换成在职的成员')
    }
  }
}

/** linxiaoyu（林小雨） */
const calls = ({ userId, name }: KnownMember): string => (name === undefined ? userId : `${userId}（${name}）`)

function aName(written: string, staff: readonly KnownMember[]): [string, string] {
  const message = `「${written}」是姓名，这里要写员工账号（userid）`
  const here = staff.filter(({ hasLeft }) => !hasLeft)
  const namesakes = here.filter(({ name }) => name === written)
  if (namesakes.length > 0) return [message, `成员账号是 ${namesakes.map(({ userId }) => userId).join(' 或 ')}`]
  const near = didYouMean(
    written,
    here.flatMap(({ name }) => name ?? []),
  )
  const meant = here.find(({ name }) => name !== undefined && name === near)
  return [message, meant === undefined ? LOOK : `是不是想写 ${calls(meant)}`]
}

function nobody(written: string, staff: readonly KnownMember[]): [string, string] {
  const here = staff.filter(({ hasLeft }) => !hasLeft)
  const near = didYouMean(
    written,
    here.map(({ userId }) => userId),
  )
  const meant = here.find(({ userId }) => userId === near)
  const hint = meant === undefined ? `${LOOK}；刚来的先运行 npm run -s reconcile` : `是不是想写 ${calls(meant)}`
  return [`没有账号是「${written}」的成员`, hint]
}
