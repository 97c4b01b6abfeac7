import { SECOND_MS, shanghaiText } from '../../core/kernel/shanghai.ts'
import type { RunsView } from './doctor-runs.ts'
import type { Report } from './examine.ts'
import type { Finding, FindingState } from './finding.ts'
import { type Html, html } from './html.ts'
import { countOf, merged } from './report-text.ts'

const STATES: Record<FindingState, { mark: string; name: string }> = {
  fail: { mark: '✗', name: '要修' },
  warn: { mark: '!', name: '留意' },
  unknown: { mark: '?', name: '无法检查' },
  ok: { mark: '✓', name: '正常' },
}
const SLOW_AFTER_MS = 5 * SECOND_MS

/** `refreshSec`: the page asks for itself again; there is no script. */
function page(body: Html, refreshSec?: number): string {
  return html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
${refreshSec === undefined ? '' : html`<meta http-equiv="refresh" content="${refreshSec}">`}
<title>活水体检</title>
<link rel="stylesheet" href="/doctor/style.css">
</head>
<body>
${body}
</body>
</html>
`.text
}

/** DOCTOR_KEY is not set. */
export const closedPage = (): string =>
  page(html`<main class="narrow">
<h1>活水体检</h1>
<p>这个页面还没有开放。</p>
<p>设好环境变量 <code>DOCTOR_KEY</code>（自己定一串 16 到 200 位的随机字符），重启服务后用它登录；或者在服务器上运行：</p>
<pre>npm run -s doctor</pre>
</main>`)

export const loginPage = (trouble?: string): string =>
  page(html`<main class="narrow">
<h1>活水体检</h1>
<form method="post" action="/doctor/login">
<label for="key">体检钥匙</label>
<input id="key" name="key" type="password" required maxlength="200" autocomplete="current-password" autofocus${
    trouble === undefined ? '' : html` aria-invalid="true" aria-describedby="trouble"`
  }>
${trouble === undefined ? '' : html`<p id="trouble" class="trouble" role="alert">${trouble}</p>`}
<button>登录</button>
<p class="hint">就是服务器环境变量 <code>DOCTOR_KEY</code> 的值。</p>
</form>
</main>`)

/** How it stands. `now`: by our clock. */
export function doctorPage({ running, report, brokenId }: RunsView, now: number): string {
  if (running !== undefined) return page(runningBody(running, now), 1)
  const broken =
    brokenId === undefined
      ? ''
      : html`<p class="trouble" role="alert">检查没有跑完。请再检查一次；若一直如此，把编号 ${brokenId} 告诉技术同事。</p>`
  if (report === undefined) {
    const empty =
      brokenId === undefined ? html`<p class="empty">还没有检查过。一次大约几秒，不会改动任何东西。</p>` : ''
    return page(html`${header('开始检查')}<main>${broken}${empty}</main>`)
  }
  return page(html`${header('重新检查')}<main>${broken}${verdict(report)}${report.groups.map(groupSection)}</main>`)
}

const header = (button: string): Html => html`<header>
<h1>活水体检</h1>
<form method="post" action="/doctor/run"><button>${button}</button></form>
<form method="post" action="/doctor/logout"><button class="quiet">退出</button></form>
</header>`

function runningBody({ done, all, sinceMs }: NonNullable<RunsView['running']>, now: number): Html {
  const slow = now - sinceMs > SLOW_AFTER_MS ? html`<p class="hint">有的应答很慢，每一项最多等 15 秒，请稍等。</p>` : ''
  return html`<header><h1>活水体检</h1></header>
<main class="running" aria-busy="true">
<p role="status">正在检查……${all === 0 ? '' : `${done}/${all} 项`}</p>
<progress${all === 0 ? '' : html` value="${done}" max="${all}"`}></progress>
${slow}
</main>`
}

function verdict(report: Report): Html {
  const counts = (['fail', 'warn', 'unknown', 'ok'] as const)
    .map((state) => ({ state, n: countOf(report, state) }))
    .filter(({ n, state }) => n > 0 || state === 'ok')
    .map(({ state, n }) => html`<li class="${state}"><b>${n}</b> ${STATES[state].name}</li>`)
  const findings = report.groups.flatMap((one) => one.findings)
  const first = findings.find(({ state }) => state === 'fail') ?? findings.find(({ state }) => state === 'warn')
  return html`<section class="verdict">
<ul class="counts">${counts}</ul>
${
  first === undefined
    ? html`<p class="fine">${findings.some(({ state }) => state === 'unknown') ? '没有发现问题，但有的项目无法检查。' : '一切正常。'}</p>`
    : html`<p class="first"><span>先做这一步（${first.what}）</span>${first.next ?? ''}</p>`
}
<p class="hint">${shanghaiText(report.atMs)} 检查，用了 ${(report.ms / SECOND_MS).toFixed(1)} 秒</p>
</section>`
}

function groupSection({ group, findings }: Report['groups'][number]): Html {
  const wrong = (['fail', 'warn', 'unknown'] as const).flatMap((wanted) =>
    merged(findings.filter(({ state }) => state === wanted)),
  )
  const fine = findings.filter(({ state }) => state === 'ok')
  const list = html`<ul class="findings">${fine.map(findingItem)}</ul>`
  if (wrong.length === 0) {
    return html`<details><summary><h2>${group}</h2>${fine.length} 项正常</summary>
${list}</details>`
  }
  return html`<section>
<h2>${group}</h2>
<ul class="findings">${wrong.map(findingItem)}</ul>
${fine.length === 0 ? '' : html`<details><summary>${fine.length} 项正常</summary>\n${list}</details>`}
</section>`
}

const findingItem = ({ state, what, why, next }: Finding): Html => html`<li class="${state}">
<span class="mark" role="img" aria-label="${STATES[state].name}">${STATES[state].mark}</span>
<div><h3>${what}</h3><p>${why}</p>${next === undefined ? '' : html`<p class="next">${next}</p>`}</div>
</li>`
