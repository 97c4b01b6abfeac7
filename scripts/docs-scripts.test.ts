import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { faultsOf } from '../server/rules/testing/rule-folder-on-disk.ts'

const ASSETS = ['guide/thaw.png', 'guide/解冻.mp4', 'guide/煎法.pdf']

it.each(['docs/rules.md', 'docs/rules.zh-CN.md', 'config/README.md'])(
  '%s shows a script with a picture, a video and a file that is understood but for the files themselves',
  async (page) => {
    const [script = ''] = readFileSync(page, 'utf8').match(/(?<=```yaml\n)domain:[^`]+/) ?? []
    const faults = await faultsOf({ 'scripts/a.yaml': script })
    expect(faults).toHaveLength(ASSETS.length)
    for (const [nth, asset] of ASSETS.entries()) expect(faults[nth]).toContain(asset)
  },
)
