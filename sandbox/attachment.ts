/** What goes with a message or a moment; the detail stands under the name of its msgtype. */
export interface Attachment {
  msgtype: string
  [detail: string]: unknown
}
