/** What a member holds of a message of the app. */
export interface AppMessage {
  msgid: string
  msgtype: string
  body: Record<string, unknown>
  atMs: number
}
/** One message of the app, as it was sent. */
interface SentMessage {
  msgid: string
  msgtype: string
  taskId?: string
  receivers: string[]
  atMs: number
}
/** Lets a card be changed once, within 72 hours. */
interface ResponseCode {
  msgid: string
  atMs: number
  used: boolean
}
export interface AppMail {
  sent: Map<string, SentMessage>
  responseCodes: Map<string, ResponseCode>
  /** Person-times by Shanghai day. */
  sentOn: Map<number, number>
}

export const createAppMail = (): AppMail => ({ sent: new Map(), responseCodes: new Map(), sentOn: new Map() })
