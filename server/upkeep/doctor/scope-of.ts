import { NO_SUCH_MEMBER, OUT_OF_RANGE } from '../../platform/wecom/error-codes/errcode.ts'
import type { DoctorContext } from './doctor-context.ts'

/** Which of these members the corp does not have, and which the app may not see. One call each. Throws AskFault, CannotLook. */
export async function scopeOf(
  userIds: readonly string[],
  { platform }: Pick<DoctorContext, 'platform'>,
): Promise<{ unknown: string[]; outside: string[] }> {
  const found: { unknown: string[]; outside: string[] } = { unknown: [], outside: [] }
  for (const userid of userIds) {
    const { errcode } = await platform.call({ method: 'GET', path: '/cgi-bin/user/get', fields: { userid } })
    if (errcode !== undefined && NO_SUCH_MEMBER.includes(errcode)) found.unknown.push(userid)
    if (errcode !== undefined && OUT_OF_RANGE.includes(errcode)) found.outside.push(userid)
  }
  return found
}
