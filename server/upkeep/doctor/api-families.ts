import type { Question } from './platform.ts'

export interface ApiFamily {
  name: string
  /** A read that changes nothing and costs one call. */
  question(nowMs: number): Question
}

export const FOLLOWERS: Question = { method: 'GET', path: '/cgi-bin/externalcontact/get_follow_user_list' }

const DAY_SEC = 86_400
const sec = (ms: number): number => Math.floor(ms / 1_000)

/** The API families that Huoshui lives on. */
export const API_FAMILIES: readonly ApiFamily[] = [
  { name: '客户联系成员', question: () => FOLLOWERS },
  {
    name: '通讯录部门',
    question: () => ({ method: 'GET', path: '/cgi-bin/department/list' }),
  },
  {
    name: '企业标签',
    question: () => ({ method: 'POST', path: '/cgi-bin/externalcontact/get_corp_tag_list' }),
  },
  {
    name: '客户群',
    question: () => ({ method: 'POST', path: '/cgi-bin/externalcontact/groupchat/list', fields: { limit: 1 } }),
  },
  {
    name: '「联系我」渠道码',
    question: () => ({ method: 'POST', path: '/cgi-bin/externalcontact/list_contact_way', fields: { limit: 1 } }),
  },
  {
    name: '企业群发',
    question: (nowMs) => ({
      method: 'POST',
      path: '/cgi-bin/externalcontact/get_groupmsg_list_v2',
      fields: { chat_type: 'single', start_time: sec(nowMs) - DAY_SEC, end_time: sec(nowMs), limit: 1 },
    }),
  },
  {
    name: '离职继承',
    question: () => ({
      method: 'POST',
      path: '/cgi-bin/externalcontact/get_unassigned_list',
      fields: { page_size: 1 },
    }),
  },
]
