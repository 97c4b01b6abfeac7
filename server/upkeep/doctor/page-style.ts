/** The one style sheet of /doctor: from 360 px up. */
export const PAGE_STYLE = `
:root { --ink: #22292a; --dim: #5d6869; --line: #e2ddd2; --paper: #fffefb; --ground: #f5f2ec;
  --fail: #b3261e; --warn: #8a5a00; --unknown: #5d6869; --ok: #1d6b4a; --act: #17594a; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.6 system-ui, -apple-system, "PingFang SC",
  "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; overflow-wrap: anywhere; }
header { display: flex; align-items: center; gap: 8px; max-width: 880px; margin: 0 auto; padding: 16px; }
header h1 { flex: 1; }
h1 { font-size: 20px; margin: 0; }
h2 { font-size: 15px; color: var(--dim); margin: 24px 0 8px; font-weight: 600; }
h3 { font-size: 16px; margin: 0; font-weight: 600; }
p { margin: 0; }
main { max-width: 880px; margin: 0 auto; padding: 0 16px 48px; }
main.narrow { max-width: 400px; padding-top: 14vh; }
main.narrow h1 { margin-bottom: 16px; }
main.narrow p { margin: 8px 0; }
button { min-height: 44px; padding: 0 18px; border: 0; border-radius: 10px; background: var(--act); color: #fff;
  font: inherit; cursor: pointer; }
button:hover { background: #0f4437; }
button.quiet { background: none; color: var(--dim); padding: 0 8px; }
button.quiet:hover { color: var(--ink); }
:focus-visible { outline: 3px solid #58a38b; outline-offset: 2px; }
label { display: block; margin-bottom: 4px; }
input { width: 100%; min-height: 44px; padding: 0 12px; border: 1px solid #b9b3a6; border-radius: 10px;
  background: var(--paper); font: inherit; }
input[aria-invalid] { border-color: var(--fail); }
main.narrow button { width: 100%; margin-top: 12px; }
pre { margin: 8px 0; padding: 12px; border-radius: 10px; background: var(--paper); overflow-x: auto; }
.hint { color: var(--dim); font-size: 14px; }
.trouble { color: var(--fail); }
.empty { padding: 15vh 0; text-align: center; color: var(--dim); }
.running { text-align: center; padding-top: 15vh; }
.running progress { width: min(100%, 320px); height: 8px; margin: 16px 0; accent-color: var(--act); }
.verdict { padding: 16px; border-radius: 14px; background: var(--paper); border: 1px solid var(--line); }
.counts { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0; padding: 0; list-style: none; }
.counts b { font-size: 22px; }
.counts .fail { color: var(--fail); } .counts .warn { color: var(--warn); }
.counts .unknown { color: var(--unknown); } .counts .ok { color: var(--ok); }
.verdict .first, .verdict .fine { margin: 10px 0; }
.verdict .fine { color: var(--ok); font-weight: 600; }
.verdict .first span { display: block; font-size: 14px; color: var(--dim); }
.verdict .first { font-weight: 600; }
.verdict .first span { font-weight: 400; }
.findings { margin: 0; padding: 0; list-style: none; border: 1px solid var(--line); border-radius: 14px;
  background: var(--paper); overflow: hidden; }
.findings li { display: flex; gap: 12px; padding: 12px 14px; }
.findings li + li { border-top: 1px solid var(--line); }
.findings li > div { min-width: 0; flex: 1; }
.mark { flex: none; width: 24px; height: 24px; border-radius: 50%; color: #fff; text-align: center; font: 700 14px/24px
  system-ui, sans-serif; }
.fail .mark { background: var(--fail); } .warn .mark { background: var(--warn); }
.unknown .mark { background: var(--unknown); } .ok .mark { background: var(--ok); }
.next { margin-top: 6px; padding: 8px 12px; border-radius: 8px; background: #eef4ef; white-space: pre-line; overflow-wrap: anywhere; }
.fail .next { background: #fbeeec; } .warn .next { background: #fbf3e0; }
section + details { margin-top: 16px; }
summary h2 { margin: 0; }
summary { min-height: 44px; display: flex; align-items: center; gap: 6px; color: var(--ok); cursor: pointer; }
summary::before { content: "▸"; } details[open] > summary::before { content: "▾"; }
details .findings li { padding: 8px 14px; }
section > details { margin-top: 4px; }
details h3 { font-size: 15px; font-weight: 500; }
details p { color: var(--dim); font-size: 14px; }
@media (min-width: 720px) {
  details .findings div { display: grid; grid-template-columns: 150px 1fr; gap: 0 12px; align-items: baseline; }
}
`.trimStart()
