import { defineCommand } from './command.ts'

/* Never run: the compiler refuses a command that changes something and does not say what. */

const says = '改一改'
const answer = { text: '', data: {} }

defineCommand({ name: 'look', audited: 'look', scope: 'customers', says, run: async () => answer })
defineCommand({
  name: 'change',
  audited: 'change',
  scope: 'operate',
  says,
  run: async () => ({ ...answer, changed: [] }),
})

// @ts-expect-error what was so before, and what is now
defineCommand({ name: 'change', audited: 'change', scope: 'operate', says, run: async () => answer })

// @ts-expect-error whom roles.yaml lets run it
defineCommand({ name: 'look', audited: 'look', says, run: async () => answer })

// @ts-expect-error what shows persons is not for everybody
defineCommand({ name: 'look', audited: 'look', scope: 'open', says, run: async () => answer })

// @ts-expect-error what changes something is not for everybody
defineCommand({ name: 'change', audited: 'change', scope: 'open', says, run: async () => ({ ...answer, changed: [] }) })
