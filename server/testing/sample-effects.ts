import { putFollow, putMember } from '../../sandbox/relations.ts'
import type { Customer, Group } from '../../sandbox/world.ts'
import type { TestApp } from './build-test-app.ts'

/** Ids of the samples. */
const A = 'wmEpXaDQAA8J1mWqk9z4uT0cVn2LxRfg'
const B = 'wmEpXaDQAAq7Hs3bYt5JkPzD1oVnWc9E'
const CHAT = 'wrEpXaDQAAT9pVh2mYc6sKw1LqZ8nBdA'
const TAG = 'etEpXaDQAAn5Lk2vRw8QyTj0sHc3ZbUg'
const TAG_GROUP = 'etEpXaDQAAc1Wd6mPx9FvBq4rNz7KtYh'
const SERVICE = 'wkEpXaDQAAx3Nf7bHt1ZqMv5LwRy8JcA'
const CODE = 'CALLBACK_xK7dQ2mZr8TnVb4hLp0WsY'

/** What one documented event must bring about. */
export interface SampleEffect {
  /** A full sentence for people. */
  says: string
  /** What WeCom is like when the event comes; without callbacks. Before it we know what `known` made. */
  known?(t: TestApp): Promise<void> | void
  world?(t: TestApp): Promise<void> | void
  see(t: TestApp): Promise<unknown>
  expected: unknown
}

const customer = (externalUserId: string): Customer => ({ externalUserId, name: '小满', type: 1, gender: 0 })

const befriend =
  (externalUserId = A, userId = 'zhangsan') =>
  (t: TestApp): void => {
    putFollow(t.sandbox.world, customer(externalUserId), { userId, addedAtMs: t.clock.now(), addWay: 1 })
  }
/** Friends with a callback that we have had. */
const friends =
  (externalUserId = A, userId = 'zhangsan') =>
  async (t: TestApp): Promise<void> => {
    await t.sandbox.scan({ externalUserId, userId, name: '小满' })
  }
const giveCode = (t: TestApp): void => {
  const expiresAtMs = t.clock.now() + 20_000
  t.sandbox.world.welcomeCodes.set(CODE, {
    code: CODE,
    userId: 'zhangsan',
    externalUserId: A,
    expiresAtMs,
    used: false,
  })
}
const follow = (t: TestApp) =>
  t.rawRows('SELECT userid, active, half, lost_by FROM follow WHERE external_userid = ?', [A])
const notes =
  (externalUserId = A) =>
  async (t: TestApp): Promise<string[]> =>
    (
      await t.rawRows<{ body: string }>(
        'SELECT body FROM timeline WHERE external_userid = ? ORDER BY id DESC LIMIT 1',
        [externalUserId],
      )
    ).map((row) => row.body)
const welcome = async (t: TestApp) =>
  (await t.rawRows<{ state: string }>('SELECT state FROM welcome')).map((row) => row.state)

const group = (t: TestApp): Group => {
  const found = t.sandbox.world.groups.get(CHAT)
  if (found === undefined) throw new Error('no group')
  return found
}
const openGroup =
  (...members: string[]) =>
  async (t: TestApp): Promise<void> => {
    for (const id of members) t.sandbox.world.customers.set(id, customer(id))
    await t.sandbox.createGroup({ chatId: CHAT, name: '旧群名', ownerUserId: 'zhangsan', members })
  }
const enter =
  (joinScene: 1 | 3, ...ids: string[]) =>
  (t: TestApp): void => {
    for (const id of ids) {
      t.sandbox.world.customers.set(id, customer(id))
      putMember(t.sandbox.world, group(t), { id, type: 2, joinedAtMs: t.clock.now(), joinScene })
    }
    group(t).memberVersion = 'newer'
  }
const VERSION = '0f6b9a8e7d25c41390ab7fe3d864c512'
const change = (changes: Partial<Group>) => (t: TestApp) =>
  void Object.assign(group(t), { memberVersion: VERSION, ...changes })
const chat = (column: string) => (t: TestApp) =>
  t.rawRows(`SELECT ${column} AS value FROM chat_group WHERE chat_id = ?`, [CHAT])
const leaves =
  (id: string) =>
  (t: TestApp): void => {
    group(t).members.delete(id)
    group(t).memberVersion = 'newer'
  }

const putTag = (t: TestApp, name = '高意向'): void => {
  const made = { createdAtMs: t.clock.now(), deleted: false, byApp: false }
  t.sandbox.world.tagGroups.set(TAG_GROUP, { id: TAG_GROUP, name: '意向', order: 1, tagIds: [TAG], ...made })
  t.sandbox.world.tags.set(TAG, { id: TAG, groupId: TAG_GROUP, name, order: 1, ...made })
}
const deleteTag = (t: TestApp): void => {
  const found = t.sandbox.world.tags.get(TAG)
  const itsGroup = t.sandbox.world.tagGroups.get(TAG_GROUP)
  if (found !== undefined) found.deleted = true
  if (itsGroup !== undefined) itsGroup.deleted = true
}
const knowTags = async (t: TestApp): Promise<void> => {
  putTag(t)
  // What any other event about tags would do.
  await t.huoshui.db.tx((tx) => t.huoshui.tags.askForListing(tx, 'test', 'test'))
}
const tags = async (t: TestApp): Promise<string[]> =>
  (await t.rawRows<{ path: string }>('SELECT path FROM corp_tag WHERE gone_at IS NULL')).map((row) => row.path)

const staff = (columns: string) => (t: TestApp) => t.rawRows(`SELECT ${columns} FROM staff ORDER BY userid`)
const listings = async (t: TestApp): Promise<number> => {
  const before = t.sandbox.calls('user/simplelist').length
  await t.advance(60_000)
  return t.sandbox.calls('user/simplelist').length - before
}
const alerts = async (t: TestApp): Promise<string[]> =>
  (await t.db.tx((tx) => t.huoshui.alerts.queries.open(tx))).map((alert) => alert.key)
const raised =
  (key: string) =>
  async (t: TestApp): Promise<void> => {
    await t.db.tx((tx) => t.huoshui.alerts.raise(tx, { key, text: '早先的事', todo: '处理', atMs: 0 }))
  }
const tells = (says: string, key: string): SampleEffect => ({ says, see: alerts, expected: [key] })
const ends = (says: string, key: string): SampleEffect => ({ says, known: raised(key), see: alerts, expected: [] })
const once = (says: string): SampleEffect => ({ says, see: listings, expected: 1 })

const ADDED = { userid: 'zhangsan', active: 1, half: 0, lost_by: null }
const INVITED_NOTE = '加入客户群「旧群名」（由成员邀请）'

/** Every sample that is handled, by its name. */
export const SAMPLE_EFFECTS: Record<string, SampleEffect> = {
  'change_external_contact.add_external_contact': {
    says: '记下好友关系并发欢迎语',
    world: (t) => {
      befriend()(t)
      giveCode(t)
    },
    see: async (t) => [await follow(t), await welcome(t)],
    expected: [[ADDED], ['sent']],
  },
  'change_external_contact.add_external_contact.no_state': {
    says: '记下好友关系；没有凭证，写明没有发欢迎语',
    world: befriend(B, 'lisi'),
    see: async (t) => [await t.rawRows('SELECT userid, active, state FROM follow'), await welcome(t)],
    expected: [[{ userid: 'lisi', active: 1, state: null }], ['none']],
  },
  'change_external_contact.add_half_external_contact': {
    says: '记下单向的好友关系，等导购通过',
    see: async (t) => (await t.rawRows<{ half: number }>('SELECT half FROM follow')).map((row) => row.half),
    expected: [1],
  },
  'change_external_contact.edit_external_contact': {
    says: '重新读取备注和标签',
    known: friends(),
    world: (t) => t.sandbox.editRemark({ userId: 'zhangsan', externalUserId: A, remark: '小满·肉食' }),
    see: (t) => t.rawRows('SELECT remark FROM follow'),
    expected: [{ remark: '小满·肉食' }],
  },
  'change_external_contact.del_external_contact': {
    says: '好友关系结束；`Source` 是 `DELETE_BY_TRANSFER` 的不算流失，见下面「在后台发起的转接」',
    known: friends(),
    world: (t) => t.sandbox.deleteCustomer({ userId: 'zhangsan', externalUserId: A }),
    see: follow,
    expected: [{ ...ADDED, active: 0, lost_by: 'transfer' }],
  },
  'change_external_contact.del_follow_user': {
    says: '客户流失：只有这条事件会说',
    known: friends(),
    see: follow,
    expected: [{ ...ADDED, active: 0, lost_by: 'customer' }],
  },
  'change_external_contact.transfer_fail.customer_refused': {
    says: '客户动态里写明转接没有成功和原因',
    see: notes(),
    expected: ['转给导购李四没有成功：客户拒绝了'],
  },
  'change_external_contact.transfer_fail.customer_limit_exceed': {
    says: '客户动态里写明转接没有成功和原因',
    see: notes(B),
    expected: ['转给导购李四没有成功：接手导购的客户数已达上限'],
  },
  'change_external_contact.msg_audit_approved': {
    says: '客户动态里写明同意了会话存档；带来的凭证可用来发欢迎语',
    known: friends(),
    see: async (t) => (await t.rawRows(`SELECT 1 AS n FROM timeline WHERE kind = 'customer.chat-archiving'`)).length,
    expected: 1,
  },

  'change_external_chat.create': {
    says: '读取新群',
    world: openGroup(),
    see: chat('name'),
    expected: [{ value: '旧群名' }],
  },
  'change_external_chat.update.add_member.qr': {
    says: '读取群成员，记下谁扫码进来',
    known: openGroup(),
    world: enter(3, A),
    see: notes(),
    expected: ['加入客户群「旧群名」（扫群二维码）'],
  },
  'change_external_chat.update.add_member.invited': {
    says: '读取群成员，记下谁被邀请进来（JoinScene 0、1、2 都是邀请）',
    known: openGroup(),
    world: enter(1, B),
    see: notes(B),
    expected: [INVITED_NOTE],
  },
  'change_external_chat.update.del_member.left': {
    says: '记下谁自己退群',
    known: openGroup(B),
    world: leaves(B),
    see: notes(B),
    expected: ['离开客户群「旧群名」（自己退出）'],
  },
  'change_external_chat.update.del_member.removed': {
    says: '记下谁被移出群',
    known: openGroup(A),
    world: leaves(A),
    see: notes(),
    expected: ['离开客户群「旧群名」（被移出）'],
  },
  'change_external_chat.update.change_owner': {
    says: '重新读取群主（事件里没有新群主）',
    known: openGroup(),
    world: change({ ownerUserId: 'lisi' }),
    see: chat('owner'),
    expected: [{ value: 'lisi' }],
  },
  'change_external_chat.update.change_name': {
    says: '重新读取群名',
    known: openGroup(),
    world: change({ name: '新群名' }),
    see: chat('name'),
    expected: [{ value: '新群名' }],
  },
  'change_external_chat.update.change_notice': {
    says: '重新读取群公告；没有成员名单的旧格式也一样',
    known: openGroup(),
    world: (t) => {
      group(t).notice = '周五直播'
      enter(1, B)(t)
    },
    see: async (t) => [await chat('notice')(t), await notes(B)(t)],
    expected: [[{ value: '周五直播' }], [INVITED_NOTE]],
  },
  'change_external_chat.dismiss': {
    says: '群解散，所有成员离群',
    known: openGroup(A),
    world: change({ dismissed: true }),
    see: notes(),
    expected: ['离开客户群「旧群名」（群已解散）'],
  },

  'change_external_tag.create.tag': { says: '重新读取标签库', world: putTag, see: tags, expected: ['意向/高意向'] },
  'change_external_tag.create.tag_group': {
    says: '重新读取标签库',
    world: putTag,
    see: tags,
    expected: ['意向/高意向'],
  },
  'change_external_tag.update.tag': {
    says: '标签改名，客户身上的跟着改',
    known: knowTags,
    world: (t) => putTag(t, '很想买'),
    see: tags,
    expected: ['意向/很想买'],
  },
  'change_external_tag.update.tag_group': {
    says: '标签组改名，组里的标签跟着改',
    known: knowTags,
    world: (t) => {
      const found = t.sandbox.world.tagGroups.get(TAG_GROUP)
      if (found !== undefined) found.name = '购买意向'
    },
    see: tags,
    expected: ['购买意向/高意向'],
  },
  'change_external_tag.update.strategy_tag': {
    says: '规则组的标签变了，重新读取标签库',
    known: knowTags,
    world: (t) => putTag(t, '很想买'),
    see: tags,
    expected: ['意向/很想买'],
  },
  'change_external_tag.delete.tag': {
    says: '标签删除，客户身上的不再算',
    known: knowTags,
    world: deleteTag,
    see: tags,
    expected: [],
  },
  'change_external_tag.delete.tag_group': {
    says: '标签组删除，组里的标签一起不算',
    known: knowTags,
    world: deleteTag,
    see: tags,
    expected: [],
  },
  'change_external_tag.shuffle': {
    says: '按新的顺序显示',
    known: knowTags,
    world: (t) => void Object.assign(t.sandbox.world.tags.get(TAG) ?? {}, { order: 9 }),
    see: (t) => t.rawRows('SELECT tag_sort FROM corp_tag'),
    expected: [{ tag_sort: 9 }],
  },
  'change_external_tag.shuffle.strategy': {
    says: '规则组的标签换了顺序，重新读取',
    known: knowTags,
    world: (t) => void Object.assign(t.sandbox.world.tags.get(TAG) ?? {}, { order: 9 }),
    see: (t) => t.rawRows('SELECT tag_sort FROM corp_tag'),
    expected: [{ tag_sort: 9 }],
  },

  'change_contact.create_user': {
    says: '记下新成员',
    see: (t) => t.rawRows(`SELECT departments, state FROM staff WHERE userid = 'zhangsan'`),
    expected: [{ departments: '[1]', state: 'active' }],
  },
  'change_contact.update_user': {
    says: '成员改了 userid，好友关系、待办、渠道、群发都跟着改',
    known: friends(),
    world: (t) => {
      const member = t.sandbox.world.staff.get('zhangsan')
      t.sandbox.world.staff.delete('zhangsan')
      if (member !== undefined) t.sandbox.world.staff.set('zhangsan001', { ...member, userId: 'zhangsan001' })
    },
    see: async (t) => [await staff('userid')(t), await t.rawRows('SELECT userid FROM follow')],
    expected: [[{ userid: 'lisi' }, { userid: 'zhangsan001' }], [{ userid: 'zhangsan001' }]],
  },
  'change_contact.update_user.minimal': {
    says: '只有 userid 和部门的事件也够用：读不到成员资料时记下部门',
    world: (t) => t.sandbox.faults.set({ path: 'user/get', errcode: 60011 }),
    see: (t) => t.rawRows(`SELECT departments FROM staff WHERE userid = 'lisi'`),
    expected: [{ departments: '[2]' }],
  },
  'change_contact.delete_user': {
    says: '成员离职：渠道不再分给他，待办转给别的导购，客户待分配',
    world: (t) => t.sandbox.removeStaff({ userId: 'zhangsan' }),
    see: (t) => t.rawRows(`SELECT state FROM staff WHERE userid = 'zhangsan'`),
    expected: [{ state: 'left' }],
  },
  'change_contact.create_party': once('重新核对成员名单和部门，一分钟内的变化合并成一次'),
  'change_contact.update_party': once('重新核对成员名单和部门，一分钟内的变化合并成一次'),
  'change_contact.delete_party': once('重新核对成员名单和部门，一分钟内的变化合并成一次'),
  batch_job_result: once('通讯录批量导入结束，重新核对成员名单'),

  'customer_acquisition.balance_low': tells('提醒购买获客助手额度', 'acquisition.quota'),
  'customer_acquisition.balance_exhausted': tells('提醒获客助手额度用完', 'acquisition.quota'),
  'customer_acquisition.balance_increased': ends('额度补上了，提醒撤销', 'acquisition.quota'),
  'customer_acquisition.quota_expire_soon': tells('提醒额度快过期，过期后自动撤销', 'acquisition.quota-expires'),
  'customer_acquisition.link_unavailable': tells(
    '提醒获客链接没有人能接待',
    'acquisition.link-unavailable:cawcde4f2a90b7d618',
  ),
  'customer_acquisition.delete_link': tells('提醒获客链接被删除', 'acquisition.link-deleted:cawcde4f2a90b7d618'),
  'customer_acquisition.customer_start_chat': {
    says: '客户动态里写明客户发来第一条消息；漏掉的添加由此补上',
    world: befriend(),
    see: async (t) => [await follow(t), (await t.rawRows('SELECT kind FROM timeline')).length > 0],
    expected: [[ADDED], true],
  },

  kf_msg_or_event: {
    says: '读微信客服的新消息；整句就是退订、恢复的词才算（`policy.yaml` 的 `stopWords`），别的一概不留',
    known: async (t) => {
      await t.sandbox.addServiceAccount({ openKfId: SERVICE, name: '客服' })
      await friends()(t)
    },
    world: async (t) => {
      await t.sandbox.sayToService({ openKfId: SERVICE, externalUserId: A, text: '退订' })
    },
    see: (t) => t.rawRows('SELECT external_userid, state, source FROM consent'),
    expected: [{ external_userid: A, state: 'refused', source: 'word' }],
  },

  subscribe: ends('成员回到应用可见范围，提醒撤销', 'staff.unreachable:zhangsan'),
  unsubscribe: { ...tells('提醒导购不在应用可见范围', 'staff.unreachable:zhangsan'), known: friends() },
  unlicensed_notify: tells('提醒成员没有接口许可', 'staff.unlicensed:zhangsan'),
  close_inactive_agent: tells('提醒应用被停用', 'app.closed'),
  reopen_inactive_agent: ends('应用恢复使用，提醒撤销', 'app.closed'),
}
