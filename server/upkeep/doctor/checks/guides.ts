import Type from 'typebox'
import Value from 'typebox/value'
import { ERRCODE } from '../../../platform/wecom/error-codes/errcode.ts'
import { FOLLOWERS } from '../api-families.ts'
import type { Check } from '../check.ts'
import type { DoctorContext } from '../doctor-context.ts'
import { CannotLook, type Finding, fail, ok, warn } from '../finding.ts'
import { scopeOf } from '../scope-of.ts'

const WHAT = '导购'
/** Enough to see a pattern; each is one call. */
const MOST_SCOPE_CALLS = 30
const MOST_LICENCE = 100

const Followers = Type.Object({ follow_user: Type.Array(Type.String()) })
const Licences = Type.Object({
  fail_info: Type.Optional(Type.Object({ unlicensed_userid_list: Type.Optional(Type.Array(Type.String())) })),
})

/** The guides whom the rules name: each exists, is in the app's sight, has customer contact and, where it is needed, a
 *  licence. Docs 92571, 90196, 92994. */
export const guides: Check = {
  group: '企业微信',
  what: WHAT,
  timeoutMs: 15_000,
  look: async (context) => {
    const { book } = await context.rules()
    if (book === undefined) throw new CannotLook('规则有错，先解决「规则」')
    const named = [...new Set([...book.channels.values()].flatMap(({ value }) => value.guides))]
    if (named.length === 0) return ok(WHAT, '规则里还没有写导购')
    const { errcode, json } = await context.platform.call(FOLLOWERS)
    if (errcode !== 0 || !Value.Check(Followers, json)) throw new CannotLook('读不到有客户联系权限的成员')
    // userids are compared without case (API.md §1).
    const able = new Set(json.follow_user.map((userId) => userId.toLowerCase()))
    const without = named.filter((userId) => !able.has(userId.toLowerCase()))
    const scope = await scopeOf(named.slice(0, MOST_SCOPE_CALLS), context)
    const findings: Finding[] = []
    if (scope.unknown.length > 0) {
      findings.push(
        fail(
          WHAT,
          `企业里没有这些成员：${some(scope.unknown)}`,
          '在管理后台「通讯录」点开成员看「账号」，改好 config/channels/ 里的 guides',
        ),
      )
    }
    if (scope.outside.length > 0) {
      findings.push(
        fail(
          WHAT,
          `不在应用可见范围里：${some(scope.outside)}`,
          '在管理后台「应用管理 → 自建 → 本应用 → 可见范围」加上他们',
        ),
      )
    }
    const noContact = without.filter((userId) => !scope.unknown.includes(userId) && !scope.outside.includes(userId))
    if (noContact.length > 0) {
      findings.push(
        fail(
          WHAT,
          `没有客户联系权限：${some(noContact)}，他们的渠道码建不了、客户收不到`,
          '在管理后台「客户联系 → 权限配置 → 使用范围」加上他们',
        ),
      )
    }
    const unlicensed = await unlicensedOf(
      named.filter((userId) => !without.includes(userId)),
      context,
    )
    if (unlicensed.length > 0) {
      findings.push(
        warn(WHAT, `没有互通账号许可：${some(unlicensed)}，读不到他们的客户`, '请服务商给他们分配并激活「互通账号」'),
      )
    }
    return findings.length > 0 ? findings : ok(WHAT, `规则里的 ${named.length} 位导购都能接待客户`)
  },
}

const some = (userIds: string[]): string =>
  userIds.length <= 8 ? userIds.join('、') : `${userIds.slice(0, 8).join('、')} 等 ${userIds.length} 位`

async function unlicensedOf(userIds: string[], { platform }: DoctorContext): Promise<string[]> {
  const asked = userIds.slice(0, MOST_LICENCE)
  if (asked.length === 0) return []
  const { errcode, json } = await platform.call({
    method: 'POST',
    path: '/cgi-bin/externalcontact/batch/get_by_user',
    fields: { userid_list: asked, limit: 1 },
  })
  if (errcode === ERRCODE.allUnlicensed) return asked
  return errcode === 0 && Value.Check(Licences, json) ? (json.fail_info?.unlicensed_userid_list ?? []) : []
}
