import type { Question } from './platform.ts'

export const agentQuestion = (agentId: number): Question => ({
  method: 'GET',
  path: '/cgi-bin/agent/get',
  fields: { agentid: agentId },
})
