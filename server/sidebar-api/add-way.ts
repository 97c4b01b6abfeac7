/** WeCom's `add_way` in words. Source: developer.work.weixin.qq.com/document/path/92114. */
const ADD_WAYS: Record<number, string> = {
  1: '扫描二维码',
  2: '搜索手机号',
  3: '名片分享',
  4: '群聊',
  5: '手机通讯录',
  6: '微信联系人',
  7: '微信好友申请',
  8: '第三方应用的客服自动添加',
  9: '搜索邮箱',
  10: '视频号主页',
  11: '通过日程参与人添加',
  12: '通过会议参与人添加',
  13: '添加微信好友对应的企业微信',
  14: '通过智慧硬件专属客服添加',
  15: '通过上门服务客服添加',
  16: '通过获客链接添加',
  17: '通过定制开发添加',
  18: '通过需求回复添加',
  21: '第三方售前客服',
  24: '接受微信好友申请',
  201: '内部成员共享',
  202: '管理员分配',
}

/** Undefined for WeCom's 0 (unknown) and for numbers that are newer than this table. */
export const addWayText = (addWay: number | undefined): string | undefined =>
  addWay === undefined ? undefined : ADD_WAYS[addWay]
