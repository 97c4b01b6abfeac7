import type { Limits } from '../limits.ts'
import type { OwnControls } from '../own-controls.ts'
import type { Controls } from '../people/controls.ts'

type Route = (input: never) => unknown

/** `POST /_sandbox/<name>` with the input as JSON; the answer is `{ ok: true, result }`. */
export function controlRoutes(
  controls: Controls,
  own: OwnControls,
  connect: (appUrl: string) => void,
): Map<string, Route> {
  const routes: Record<string, Route> = {
    scan: controls.scan,
    'join-group': controls.joinGroup,
    'leave-group': controls.leaveGroup,
    'delete-guide': controls.deleteGuide,
    say: controls.say,
    'messages-of': (input: { externalUserId: string }) => controls.messagesOf(input.externalUserId),
    'delete-customer': controls.deleteCustomer,
    'edit-remark': controls.editRemark,
    'edit-tags': controls.editTags,
    'guide-says': controls.guideSays,
    'guide-says-in-group': controls.guideSaysInGroup,
    'pending-mass-sends': (input: { userId: string }) =>
      controls.pendingMassSends(input.userId).map(({ tasks: _tasks, ...send }) => send),
    'confirm-mass-send': controls.confirmMassSend,
    'configure-app': controls.configureApp,
    'tap-card': controls.tapCard,
    'open-app': controls.openApp,
    'pending-moments': (input: { userId: string }) =>
      controls.pendingMoments(input.userId).map(({ tasks: _tasks, ...moment }) => moment),
    'confirm-moment': controls.confirmMoment,
    'publish-moment': async (input: Parameters<Controls['publishMoment']>[0]) => {
      const { momentId } = await controls.publishMoment(input)
      return { momentId }
    },
    'comment-moment': controls.commentMoment,
    'like-moment': controls.likeMoment,
    'add-staff': controls.addStaff,
    'remove-staff': controls.removeStaff,
    'rename-staff': controls.renameStaff,
    'move-staff': controls.moveStaff,
    'edit-staff': controls.editStaff,
    'add-department': controls.addDepartment,
    'rename-department': controls.renameDepartment,
    'move-department': controls.moveDepartment,
    'remove-department': controls.removeDepartment,
    'edit-member-tag': controls.editMemberTag,
    'refuse-transfer': controls.refuseTransfer,
    'hand-over-in-console': controls.handOverInConsole,
    'limit-customers': controls.limitCustomers,
    'create-tag': controls.createTag,
    'rename-tag': controls.renameTag,
    'delete-tag': controls.deleteTag,
    'create-group': async (input: Parameters<Controls['createGroup']>[0]) => {
      const group = await controls.createGroup(input)
      return { chatId: group.chatId, name: group.name }
    },
    'rename-group': controls.renameGroup,
    'remove-from-group': controls.removeFromGroup,
    'dismiss-group': controls.dismissGroup,
    'open-gid-of': controls.openGidOf,
    'open-link': controls.openLink,
    'add-by-link': controls.addByLink,
    'buy-link-quota': controls.buyLinkQuota,
    'warn-of-link-quota': controls.warnOfLinkQuota,
    'add-half': controls.addHalf,
    'accept-half': controls.acceptHalf,
    'agree-to-archiving': controls.agreeToArchiving,
    'change-group': controls.changeGroup,
    'shuffle-tags': controls.shuffleTags,
    'subscribe-app': controls.subscribeApp,
    'unsubscribe-app': controls.unsubscribeApp,
    'open-app-unlicensed': controls.openAppUnlicensed,
    'add-service-account': controls.addServiceAccount,
    'say-to-service': controls.sayToService,
    'service-says': controls.serviceSays,
    'move-service-chat': controls.moveServiceChat,
    'set-service-desk': controls.setServiceDesk,
    'service-answers': controls.serviceAnswers,
    'close-inactive-app': controls.closeInactiveApp,
    'reopen-inactive-app': controls.reopenInactiveApp,
    buy: controls.buy,
    'move-order': controls.moveOrder,
    'set-shop-manners': controls.setShopManners,
    order: controls.order,
    settle: own.settle,
    'set-delivery': own.setDelivery,
    redeliver: (input: { key?: string }) => own.redeliver(({ key }) => key.includes(input.key ?? '')),
    'set-fault': own.faults.set,
    'schedule-faults': own.faults.schedule,
    'clear-faults': own.faults.clear,
    faults: own.faults.active,
    'set-moods': own.setMoods,
    'set-client': own.setClient,
    'check-jssdk': own.checkJssdk,
    'move-clock': own.moveClock,
    'set-staff-state': controls.setStaffState,
    'set-limits': (input: Partial<Limits>) => Object.assign(own.limits, input),
    connect: (input: { appUrl: string }) => connect(input.appUrl),
    calls: (input: { path?: string }) => own.calls(input.path),
    callbacks: () =>
      own.callbackLog().map(({ key, tries, delivered, dropped }) => ({ key, tries, delivered, dropped })),
  }
  return new Map(Object.entries(routes))
}
