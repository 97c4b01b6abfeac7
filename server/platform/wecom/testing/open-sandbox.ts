import { createSandbox, type SandboxOptions } from '../../../../sandbox/sandbox.ts'
import { createSettableClock } from '../../../core/kernel/clock.ts'
import { createWecom } from '../wecom.ts'

/** The sandbox over real HTTP and a client for its app; both go by one clock. For tests of the client. */
export async function openSandbox(options: Partial<SandboxOptions> & { now?: string } = {}) {
  const clock = createSettableClock(options.now ?? '2026-03-02T09:00:00+08:00')
  const sandbox = createSandbox({ clock, retryDelaysMs: [0, 0], ...options })
  const url = await sandbox.listen()
  const { corpId, agentId, secret, contactsSecret } = sandbox.credentials
  const app = { apiBase: url, oauthBase: url, corpId, agentId, clock }
  const wecom = createWecom({ ...app, secret })
  /** With the secret of 通讯录同步. */
  const contacts = createWecom({ ...app, secret: contactsSecret })
  return {
    sandbox,
    clock,
    url,
    wecom,
    contacts,
    close: async (): Promise<void> => {
      wecom.close()
      contacts.close()
      await sandbox.close()
    },
  }
}

export type OpenSandbox = Awaited<ReturnType<typeof openSandbox>>
