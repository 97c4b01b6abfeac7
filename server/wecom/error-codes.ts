import type { Retry } from '../kernel/app-error.ts'

/** What a refusal means for us: transient · token (fetch again once) · config (a person must change settings) ·
 *  param (our bug or a stale id) · quota (a limit is reached) · state (a business state; asking again changes nothing). */
export type ErrorKind = 'transient' | 'token' | 'config' | 'param' | 'quota' | 'state' | 'unknown'

export interface ErrorCode {
  kind: ErrorKind
  retry: Retry
  /** Meaning in Chinese, for people. */
  zh: string
  /** What an operator has to do; present exactly when someone must act before it can work again. */
  todo?: string
}

type Row = readonly [code: number, zh: string]

const SECOND = 1_000
const HOUR = 3_600_000

const transient = (afterMs: number, zh: string): ErrorCode => ({ kind: 'transient', retry: { afterMs }, zh })
const token = (zh: string): ErrorCode => ({ kind: 'token', retry: 'later', zh })
const quota = (retry: Retry, zh: string, todo?: string): ErrorCode =>
  todo === undefined ? { kind: 'quota', retry, zh } : { kind: 'quota', retry, zh, todo }
/** Slow retries: the person may have put it right in the meantime. */
const config = (zh: string, todo: string): ErrorCode => ({
  kind: 'config',
  retry: { afterMs: 10 * 60 * SECOND },
  zh,
  todo,
})

const PARAM: readonly Row[] = [
  [40003, '无效的成员账号'],
  [40004, '不支持的素材类型'],
  [40005, '素材类型参数错误'],
  [40006, '素材大小不符合要求'],
  [40007, '素材无效或已过期（临时素材 3 天有效）'],
  [40009, '图片大小不符合要求'],
  [40011, '视频大小不符合要求'],
  [40031, '成员列表无效'],
  [40032, '成员列表长度不符合要求'],
  [40033, '请求含非法字符'],
  [40035, '参数不合法'],
  [40050, '客户群不存在'],
  [40058, '参数不合法'],
  [40063, '参数为空'],
  [40068, '标签或标签组不存在'],
  [40071, '标签名不合法或已被使用'],
  [40072, '标签名过长'],
  [40096, '客户不存在，或跟进人不在应用可见范围'],
  [40123, '图片已损坏'],
  [40201, '内容含敏感信息，被拦截'],
  [40204, '内容被微信反垃圾拦截'],
  [40206, '请求内容过大'],
  [41035, '缺少客户'],
  [41037, '「联系我」缺少类型'],
  [41038, '「联系我」缺少场景'],
  [41039, '「联系我」类型无效'],
  [41040, '「联系我」场景无效'],
  [41042, '「联系我」样式无效'],
  [41043, '「联系我」缺少配置编号'],
  [41044, '「联系我」不存在，或不是本应用创建的'],
  [41046, '缺少群发编号'],
  [41047, '群发不存在'],
  [41049, '缺少欢迎语凭证'],
  [41052, '发送时间无效'],
  [41064, '附件超过 9 个'],
  [41065, '附件类型无效'],
  [41072, '附件用错了场景'],
  [41080, '附件过大'],
  [41091, '一个入群码最多关联 5 个群'],
  [44001, '素材文件为空'],
  [44004, '文本内容为空'],
  [45001, '素材文件过大'],
  [45002, '消息内容过长'],
  [45029, '一次查询的内容过多'],
  [45034, '链接缺少协议头'],
  [46004, '成员不存在'],
  [60003, '部门不存在'],
  [60111, '成员不存在'],
  [60123, '部门无效'],
  [81013, '接收人全部无效或不在可见范围'],
  [81017, '查询范围过大，请缩小'],
  [82001, '没有指定接收人'],
  [84015, '成员票据无效'],
  [86003, '会话不存在'],
  [90207, '小程序 AppID 无效'],
  [90501, '不是客户群'],
  [90509, '不是企业微信客户群'],
  [301021, '成员账号无效'],
]

const STATE: readonly Row[] = [
  [40029, '登录凭证无效或已使用'],
  [40097, '成员尚未离职'],
  [40098, '成员尚未实名认证'],
  [40100, '客户正在转接中'],
  [40129, '客户正在转接中'],
  [40130, '原跟进人与接手人是同一个人'],
  [40131, '原跟进人并未跟进该客户'],
  [40143, '接手成员被封禁'],
  [40205, '成员一年内未登录'],
  [41048, '没有可以发送的客户'],
  [41050, '欢迎语凭证无效或已超过 20 秒'],
  [41051, '已发送过欢迎语，或客户与成员已经开始聊天'],
  [41053, '客户未同意聊天存档'],
  [41054, '成员未激活或未实名'],
  [41093, '群发已取消'],
  [42003, '登录凭证已过期'],
  [42022, '登录凭证已使用过'],
  [49008, '客户群已解散'],
  [84014, '成员票据已过期'],
  [84061, '成员与客户之间不是好友'],
  [84084, '成员不是该客户的跟进人'],
  [90500, '群主并未离职'],
  [90502, '群主已经离职'],
  [90503, '群已满或微信成员过多，需要在企业微信客户端里确认'],
  [90504, '群主没有变化'],
  [90507, '群正在继承中'],
  [90508, '群已经继承过'],
]

const CONFIG: readonly (readonly [code: number, zh: string, todo: string])[] = [
  [40001, '应用 Secret 不正确', '请核对 WECOM_SECRET 是否为本应用的 Secret'],
  [40013, '企业 ID 不正确', '请核对 WECOM_CORP_ID'],
  [40056, '应用 AgentId 不正确', '请核对 WECOM_AGENT_ID'],
  [40091, 'Secret 属于别的企业', '请核对 WECOM_CORP_ID 与 WECOM_SECRET'],
  [40093, 'JS-SDK 签名不正确', '请核对侧边栏网址与可信域名'],
  [41057, '未绑定微信开发者账号', '请在企业微信后台绑定微信开发者账号'],
  [42012, 'JS-SDK 凭证种类不对', '请反馈给维护本系统的工程师'],
  [45031, 'Secret 不够安全', '请在企业微信后台重置 Secret，并更新 WECOM_SECRET'],
  [48001, '接口未授权', '请在企业微信后台为本应用开通此接口'],
  [48002, '应用没有此接口的权限', '请在企业微信后台「客户联系 → 可调用接口的应用」里加入本应用'],
  [48006, '应用长期未使用，接口权限已收回', '请在企业微信后台恢复应用'],
  [50001, '登录跳转域名不是可信域名', '请在企业微信后台登记可信域名（含端口）'],
  [50002, '成员不在权限范围', '请在企业微信后台扩大应用可见范围'],
  [50003, '应用已停用', '请在企业微信后台启用应用'],
  [60011, '没有查看该成员、部门或标签的权限', '请在企业微信后台扩大应用可见范围'],
  [60020, '服务器 IP 不在企业可信 IP 里', '请在企业微信后台把服务器 IP 加入「企业可信 IP」，约 1 分钟后生效'],
  [60021, '成员不在应用可见范围', '请在企业微信后台扩大应用可见范围'],
  [60030, '超出应用可见范围', '请在企业微信后台扩大应用可见范围'],
  [60031, '应用被禁止调用接口', '请在企业微信后台查看应用状态'],
  [81011, '没有操作该标签的权限（只能修改本应用创建的标签）', '请在企业微信后台修改，或换一个标签名'],
  [84074, '没有客户联系权限', '请在企业微信后台开通「客户联系」'],
  [84083, '成员未开通客户联系', '请在企业微信后台「客户联系 → 权限配置」里加入该成员'],
  [90206, '小程序未关联企业', '请在企业微信后台关联该小程序'],
  [92000, '成员不在应用可见范围', '请在企业微信后台扩大应用可见范围'],
  [301002, '没有操作该应用的权限', '请核对 WECOM_AGENT_ID 与 WECOM_SECRET 是否属于同一应用'],
  [301007, '企业不可用，可能已解散或被封禁', '请联系企业微信客服'],
]

const TABLE = new Map<number, ErrorCode>([
  ...PARAM.map(([code, zh]) => [code, { kind: 'param', retry: 'never', zh }] as const),
  ...STATE.map(([code, zh]) => [code, { kind: 'state', retry: 'never', zh }] as const),
  ...CONFIG.map(([code, zh, todo]) => [code, config(zh, todo)] as const),
  [-1, transient(2 * SECOND, '系统繁忙')],
  [6000, transient(2 * SECOND, '数据版本冲突')],
  // Another app is sending the welcome: ours may still get through within the 20 s (doc 92599).
  [41096, transient(SECOND, '欢迎语正由别的应用发送')],
  [41063, transient(30 * SECOND, '群发正在派发')],
  [41079, transient(30 * SECOND, '朋友圈正在派发')],
  [45033, transient(2 * SECOND, '接口并发调用超过限制')],
  [45035, transient(SECOND, '同一客户正在被同时打标签')],
  [40014, token('访问凭证无效')],
  [41001, token('缺少访问凭证')],
  [42001, token('访问凭证已过期')],
  [45009, quota({ afterMs: 60 * SECOND }, '接口调用次数超过限制')],
  [41094, quota({ afterMs: 8 * HOUR }, '24 小时内群发提醒已满 3 次')],
  [40099, quota('never', '成员的客户数已达上限', '请扩容该成员的客户数，或换一位成员')],
  [40126, quota('never', '企业标签数已达上限', '请在企业微信后台清理不用的标签')],
  [40128, quota('never', '该客户 90 天内已转接 2 次')],
  [41041, quota('never', '「联系我」使用人数超过 100', '请减少该渠道的导购人数')],
  [41045, quota('never', '「联系我」与入群码总数已达上限', '请清理不用的渠道活码')],
])

const UNKNOWN: ErrorCode = { kind: 'unknown', retry: 'never', zh: '企业微信返回了未收录的错误码' }

/** What `errcode` means and whether to try again. An unknown code is never retried: a blind repeat of a create call
 *  makes it twice, and a final refusal does not change; it ends in the dead letters, where a person sees it.
 *  Sources: global error codes (doc 90313), 41096 and 41051 (doc 92599), 45035 (doc 92118). */
export function errorCode(errcode: number): ErrorCode {
  return TABLE.get(errcode) ?? UNKNOWN
}
