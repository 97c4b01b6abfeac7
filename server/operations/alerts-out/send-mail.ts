import { createTransport } from 'nodemailer'
import { AppError } from '../../core/kernel/app-error.ts'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'

export interface MailOptions {
  /** `smtps://user:pass@host` or `smtp://host:port`. */
  smtpUrl: string
  from: string
  to: readonly string[]
}

export type SendMail = (mail: { id: string; subject: string; text: string }) => Promise<void>

const TIMEOUT_MS = 10 * SECOND_MS

/** Mail by SMTP, TLS wherever the server offers it. `id`: the same for each try, so that mail programs show one. Throws
 *  mail.refused with the server's code; its words may name addresses and stay out. */
export function createSendMail({ smtpUrl, from, to }: MailOptions): SendMail {
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  })
  return async ({ id, subject, text }) => {
    try {
      await transport.sendMail({ from, to: [...to], subject, text, messageId: `<${id}@huoshui>` })
    } catch (error) {
      const { code = 'no code', responseCode } = error as { code?: string; responseCode?: number }
      const what = responseCode === undefined ? code : `${code} ${responseCode}`
      throw new AppError('mail.refused', what, { retry: 'later', zh: `邮件没有发出去（${what}）` })
    }
  }
}
