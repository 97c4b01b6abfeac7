/** Key of the alert that a member is out of the app's range. */
export const unreachable = (userId: string): string => `staff.unreachable:${userId}`

/** The alert that no message of ours reaches a member any more. */
export const outOfRange = (userId: string, name: string) => ({
  key: unreachable(userId),
  text: `${name}（${userId}）不在应用的可见范围里：收不到待办和告警，也打不开侧边栏`,
  todo: '在管理后台「应用管理 → 可见范围」把这位成员加回来；不再做导购的收回客户联系权限，不再管告警的从 ALERT_USERIDS 里去掉',
})
