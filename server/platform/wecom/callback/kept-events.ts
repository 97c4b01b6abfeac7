/** Kinds that WeCom documents and that change nothing with us. They are stored whole like all others, with state `kept`,
 *  so that a later version can still make use of them. `why`: one Chinese line; docs/events.md prints it. */
export interface KeptEvent {
  kind: string
  why: string
}

const keep = (why: string, ...kinds: string[]): KeptEvent[] => kinds.map((kind) => ({ kind: `wecom.${kind}`, why }))

/** Any event in the envelope of a third-party suite. */
export const SUITE_KIND = 'wecom.suite'

export const KEPT_EVENTS: readonly KeptEvent[] = [
  ...keep(
    '第三方应用（服务商）的回调格式，里面的成员和客户编号是另一套，不能和本企业的混用；活水是企业自建应用',
    'suite',
  ),
  ...keep('成员标签（不是客户标签）有变化；活水不按成员标签做事', 'change_contact.update_tag'),
  ...keep(
    '只说某条获客链接有人点开或申请，没有说是谁；真正加上以后由 add_external_contact 带着 State 归到渠道',
    'customer_acquisition.open_profile',
    'customer_acquisition.friend_request',
  ),
  ...keep(
    '获客链接来的客户发了消息，附 30 分钟有效的 ChatKey；活水不读聊天内容',
    'customer_acquisition.message_from_customer',
  ),
  ...keep('哪些微信客服账号授权给了本应用有变化；读不读得到由 doctor 看', 'kf_account_auth_change'),
  ...keep('有新的会话存档；活水不接会话存档', 'msgaudit_notify'),
  ...keep(
    '成员打开应用、点菜单、扫码、上报位置，不需要回应',
    'enter_agent',
    'click',
    'view',
    'view_miniprogram',
    'LOCATION',
    'location_select',
    'scancode_push',
    'scancode_waitmsg',
    'pic_sysphoto',
    'pic_photo_or_album',
    'pic_weixin',
  ),
  ...keep('活水发给导购的是文字消息，没有可以点的卡片', 'template_card_event', 'template_card_menu_event'),
  ...keep('活水上传素材不走异步接口，这不是我们开始的任务', 'upload_media_job_finish'),
  ...keep(
    '成员发给应用的消息，没有人在另一头看；活水不自动回复',
    'message.text',
    'message.image',
    'message.voice',
    'message.video',
    'message.location',
    'message.link',
  ),
]
