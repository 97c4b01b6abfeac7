import type { Attachment } from '../attachment.ts'
import type { Desk } from '../desk.ts'
import type { Moment, MomentReply } from '../moments.ts'
import { publishMoment } from '../publish-moment.ts'
import { DeskError } from '../refusal.ts'
import { findStaff } from '../relations.ts'

/** What guides and customers do with moments. */
export function momentControls(desk: Desk) {
  const { world, clock, random } = desk

  const needMoment = (momentId: string): Moment => {
    const moment = world.moments.byId.get(momentId)
    if (!moment) throw new DeskError('没有这条朋友圈')
    return moment
  }

  const reply =
    (kind: MomentReply['kind']) =>
    async (input: { momentId: string; publisher: string; externalUserId?: string; userId?: string }): Promise<void> => {
      const moment = needMoment(input.momentId)
      const task = moment.tasks.get(input.publisher)
      if (task?.publishedAtMs === undefined) throw new DeskError('这位导购还没有发表这条朋友圈')
      const { externalUserId, userId, publisher } = input
      if (externalUserId !== undefined && !task.shownTo.includes(externalUserId)) {
        throw new DeskError('这位客户看不到这条朋友圈')
      }
      const who = externalUserId === undefined ? { userId: userId ?? publisher } : { externalUserId }
      moment.replies.push({ publisher, kind, ...who, atMs: clock.now() })
      desk.changed()
    }

  return {
    /** Company moments that wait for this guide's tap, newest first. */
    pendingMoments: (userId: string): Moment[] =>
      [...world.moments.byId.values()]
        .filter((moment) => !moment.cancelled && moment.tasks.has(userId))
        .filter((moment) => moment.tasks.get(userId)?.publishedAtMs === undefined)
        .reverse(),
    /** The guide publishes a company moment; how many customers could see it and how many did. */
    confirmMoment: async (input: { momentId: string; userId: string }): Promise<{ visible: number; shown: number }> => {
      const moment = needMoment(input.momentId)
      const task = moment.tasks.get(input.userId)
      if (!task) throw new DeskError('没有这条朋友圈')
      if (task.publishedAtMs !== undefined) throw new DeskError('这条朋友圈已经发表过')
      if (moment.cancelled) throw new DeskError('这条朋友圈任务已被停止')
      return publishMoment(desk, moment, input.userId)
    },
    /** The guide's own moment, for all own customers. */
    publishMoment: async (input: { userId: string; text: string; attachments?: Attachment[] }): Promise<Moment> => {
      const staff = findStaff(world, input.userId)
      if (!staff) throw new DeskError('没有这位员工')
      const moment: Moment = {
        momentId: `momSandbox${random.text(22)}`,
        creator: staff.userId,
        createType: 1,
        createdAtMs: clock.now(),
        text: input.text,
        attachments: input.attachments ?? [],
        tagIds: [],
        cancelled: false,
        tasks: new Map(),
        replies: [],
      }
      world.moments.byId.set(moment.momentId, moment)
      publishMoment(desk, moment, staff.userId)
      return moment
    },
    /** `publisher`: the guide under whose publication it stands; a customer's or a colleague's. */
    commentMoment: reply('comment'),
    likeMoment: reply('like'),
  }
}
