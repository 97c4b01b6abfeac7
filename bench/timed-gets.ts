import { Agent, get } from 'node:http'

export interface Answer {
  status: number
  text: string
  ms: number
}

/** GETs over kept connections, `atOnce` at a time, each timed from asking to the last byte. */
export async function timedGets(
  urls: string[],
  atOnce: number,
  headersOf: (url: string) => Record<string, string>,
): Promise<Answer[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
  const answers: Answer[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let url = urls[next++]; url !== undefined; url = urls[next++]) {
      answers.push(await timedGet(url, agent, headersOf(url)))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  agent.destroy()
  return answers
}

const timedGet = (url: string, agent: Agent, headers: Record<string, string>): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const began = performance.now()
    get(url, { agent, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part) => {
        text += part
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, ms: performance.now() - began }))
    }).on('error', reject)
  })
