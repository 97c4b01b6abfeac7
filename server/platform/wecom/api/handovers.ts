import Type, { type Static } from 'typebox'
import { HANDOVER_MESSAGE_CHARS } from '../../../core/kernel/wecom-limits.ts'
import type { Call } from '../call.ts'
import { post } from '../wire/endpoint.ts'
import { Characters } from '../wire/text-limits.ts'
import { Cursor, Done, Id, KeptId, NextCursor, optionalInteger, optionalText } from './common.ts'

const pair = { handover_userid: Id, takeover_userid: Id }
const customers = Type.Array(Id, { minItems: 1, maxItems: 100 })
const successMessage = Type.Optional(Characters(HANDOVER_MESSAGE_CHARS, '转接成功后发给客户的话'))

const Asked = Type.Object({
  /** errcode 0: begun, not done. */
  customer: Type.Optional(Type.Array(Type.Object({ external_userid: Id, errcode: Type.Integer() }))),
})
const Results = Type.Object({
  /** status: 1 done, 2 waiting, 3 refused, 4 takeover member full, 5 no record. takeover_time: Unix seconds, planned while
   *  it waits, real afterwards. */
  customer: Type.Array(Type.Object({ external_userid: Id, status: Type.Integer(), takeover_time: optionalInteger })),
  next_cursor: NextCursor,
})

const TransferCustomers = post({
  path: '/cgi-bin/externalcontact/transfer_customer',
  request: Type.Object({ ...pair, external_userid: customers, transfer_success_msg: successMessage }),
  answer: Asked,
})
const TransferResult = post({
  path: '/cgi-bin/externalcontact/transfer_result',
  repeatable: true,
  request: Type.Object({ ...pair, cursor: Cursor }),
  answer: Results,
})
const TransferResigned = post({
  path: '/cgi-bin/externalcontact/resigned/transfer_customer',
  request: Type.Object({ ...pair, external_userid: customers }),
  answer: Asked,
})
const ResignedResult = post({
  path: '/cgi-bin/externalcontact/resigned/transfer_result',
  repeatable: true,
  request: Type.Object({ ...pair, cursor: Cursor }),
  answer: Results,
})
const Unassigned = post({
  path: '/cgi-bin/externalcontact/get_unassigned_list',
  repeatable: true,
  request: Type.Object({ page_size: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })), cursor: Cursor }),
  answer: Type.Object({
    /** dimission_time: Unix seconds. */
    info: Type.Array(
      Type.Object({ handover_userid: KeptId, external_userid: KeptId, dimission_time: optionalInteger }),
    ),
    is_last: Type.Optional(Type.Boolean()),
    next_cursor: NextCursor,
  }),
})
const TransferOne = post({
  path: '/cgi-bin/externalcontact/transfer',
  request: Type.Object({ ...pair, external_userid: Id, transfer_success_msg: successMessage }),
  answer: Done,
})

const groups = Type.Object({ chat_id_list: Type.Array(Id, { minItems: 1, maxItems: 100 }), new_owner: Id })
const GroupsAnswer = Type.Object({
  failed_chat_list: Type.Optional(
    Type.Array(Type.Object({ chat_id: Id, errcode: Type.Integer(), errmsg: optionalText })),
  ),
})
const TransferGroupsResigned = post({
  path: '/cgi-bin/externalcontact/groupchat/transfer',
  request: groups,
  answer: GroupsAnswer,
})
const TransferGroups = post({
  path: '/cgi-bin/externalcontact/groupchat/onjob_transfer',
  request: groups,
  answer: GroupsAnswer,
})

/** Handover of customers and groups (继承). Both members must have logged in within a year (40205); who takes over must have
 *  customer contact (84083). */
export const createHandovers = (call: Call) => ({
  /** Of a member on the job: ≤100 customers; message ≤200 characters, goes to the customer afterwards. Each customer has an
   *  errcode of its own; 0 means begun: the customer has 24 h to refuse. A customer at most twice in 90 natural days
   *  (40128). A repeat answers 40100 for those under way: look at `results` before judging. Doc 92125. */
  transfer: (body: Static<typeof TransferCustomers.request>) => call(TransferCustomers, body),
  /** ≤1,000 a page; the latest handover of each customer between the two. Safe to repeat. Doc 94088. */
  results: (body: Static<typeof TransferResult.request>) => call(TransferResult, body),
  /** Of a member who left at most a year ago (40097 otherwise): as `transfer`, without a message. Doc 94081. */
  transferResigned: (body: Static<typeof TransferResigned.request>) => call(TransferResigned, body),
  /** As `results`, for members who left. Safe to repeat. Doc 94082. */
  resignedResults: (body: Static<typeof ResignedResult.request>) => call(ResignedResult, body),
  /** Customers whose member left, ≤1,000 a page. Safe to repeat. Doc 92124. */
  unassigned: (body: Static<typeof Unassigned.request> = {}) => call(Unassigned, body),
  /** The old call for one customer, of a member on the job or not; throws the customer's errcode. Prefer the two above. */
  transferOne: (body: Static<typeof TransferOne.request>) => call(TransferOne, body),
  /** Groups whose owner left: ≤100; the rest of the answer's groups have a new owner at once. At most 300 groups a day to
   *  one member. A repeat fails with 90500 for groups done. Doc 92127. */
  transferGroupsResigned: (body: Static<typeof TransferGroupsResigned.request>) => call(TransferGroupsResigned, body),
  /** Groups of an owner on the job: as above; a group at most twice in 90 natural days. A repeat fails with 90504 for
   *  groups done. Doc 95703. */
  transferGroups: (body: Static<typeof TransferGroups.request>) => call(TransferGroups, body),
})
