import type { Api } from './api.ts'
import { ApiError } from './api-error.ts'

/** The same calls; a change about a customer is refused while nobody knows whom the chat is with, so that none lands on the
 *  former one. That something was sent is noted all the same: it is out. */
export function onlyWhileKnown(api: Api, isKnown: () => boolean): Api {
  const guarded =
    <Given extends unknown[], Answer>(call: (...given: Given) => Promise<Answer>) =>
    (...given: Given): Promise<Answer> =>
      isKnown()
        ? call(...given)
        : Promise.reject(new ApiError(0, 'chat-changing', '聊天正在换人，这次没有保存，看清是谁后请再点一次'))
  return {
    ...api,
    changeTags: guarded(api.changeTags),
    changeRemark: guarded(api.changeRemark),
    changeBirthday: guarded(api.changeBirthday),
    changeFields: guarded(api.changeFields),
    finishTask: guarded(api.finishTask),
    putOffTask: guarded(api.putOffTask),
    refuseTask: guarded(api.refuseTask),
    handOnTask: guarded(api.handOnTask),
    writeNote: guarded(api.writeNote),
    pinNote: guarded(api.pinNote),
    removeNote: guarded(api.removeNote),
    setReminder: guarded(api.setReminder),
    changeUnwanted: guarded(api.changeUnwanted),
    bindOrder: guarded(api.bindOrder),
    unbindOrder: guarded(api.unbindOrder),
    handOver: guarded(api.handOver),
  }
}
