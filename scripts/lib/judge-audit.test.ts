import { expect, it } from 'vitest'
import { judgeAudit } from './judge-audit.ts'

it.each<[string, object | string, boolean, string[]]>([
  ['nothing known', { vulnerabilities: {} }, true, ['advisories: 0 high or critical']],
  [
    'something lesser',
    { vulnerabilities: { a: { name: 'a', severity: 'moderate' } } },
    true,
    ['advisories: 0 high or critical, 1 lesser ones'],
  ],
  [
    'something grave',
    {
      vulnerabilities: {
        a: { name: 'a', severity: 'high', range: '<2', fixAvailable: { name: 'a', version: '2.0.0' } },
        b: { name: 'b', severity: 'critical', range: '*', fixAvailable: false },
      },
    },
    false,
    ['high: a <2; mended by a@2.0.0', 'critical: b *; mended by none yet', 'advisories: 2 high or critical'],
  ],
  [
    'a registry that refuses',
    { message: '405 Method Not Allowed - POST https://registry.example/-/npm/v1/security/audits/quick', error: {} },
    true,
    ['advisories NOT CHECKED: the registry does not tell of any (405 Method Not Allowed - POST <address>)'],
  ],
  ['no registry', '', true, ['advisories NOT CHECKED: the registry does not tell of any (no answer)']],
  ['an answer that is none', '{}', true, ['advisories NOT CHECKED: the registry does not tell of any (no answer)']],
])('%s', (_what, said, isGood, lines) => {
  expect(judgeAudit(typeof said === 'string' ? said : JSON.stringify(said))).toEqual({ isGood, lines })
})
