interface Advisory {
  name: string
  severity: string
  range?: string
  fixAvailable?: boolean | { name: string; version: string }
}

const GRAVE = new Set(['high', 'critical'])

/** What `npm audit --json` has said, in lines for people. Good unless there is something high or worse; no answer is good, and
 *  told. */
export function judgeAudit(text: string): { isGood: boolean; lines: string[] } {
  const said = parse(text)
  const found = said?.vulnerabilities
  if (typeof found !== 'object' || found === null) {
    const why = said?.message ?? said?.error?.summary ?? 'no answer'
    return { isGood: true, lines: [`advisories NOT CHECKED: the registry does not tell of any (${firstLine(why)})`] }
  }
  const all = Object.values(found as Record<string, Advisory>) // npm's own report
  const grave = all.filter(({ severity }) => GRAVE.has(severity))
  const rest = all.length - grave.length
  const lines = grave.map(({ name, severity, range = '?', fixAvailable }) => {
    const fix =
      typeof fixAvailable === 'object'
        ? `${fixAvailable.name}@${fixAvailable.version}`
        : fixAvailable
          ? 'an update'
          : 'none yet'
    return `${severity}: ${name} ${range}; mended by ${fix}`
  })
  return {
    isGood: grave.length === 0,
    lines: [...lines, `advisories: ${grave.length} high or critical${rest > 0 ? `, ${rest} lesser ones` : ''}`],
  }
}

interface Said {
  vulnerabilities?: unknown
  message?: string
  error?: { summary?: string }
}

function parse(text: string): Said | undefined {
  try {
    return JSON.parse(text) as Said
  } catch {
    return undefined
  }
}

const firstLine = (text: string): string =>
  (text.split('\n')[0] ?? '').replaceAll(/https?:\/\/\S+/g, '<address>').trim()
