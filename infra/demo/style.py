"""How the page of a demonstration looks, in light, in the dark and on paper."""

STYLE = """
:root { color-scheme: light dark; --text: #1b222c; --dim: #556070; --page: #f3f5f8; --card: #ffffff;
  --line: #dde2e9; --edge: #dde2e9; --good: #1a7f4b; --bad: #b3261e; --accent: #1f5fbf;
  --soft: #9cbbe8; --on: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --text: #e8ebf0; --dim: #a5afbd; --page: #10141a;
  --card: #181e26; --line: #323b47; --edge: #262e38; --good: #4cc38a; --bad: #ff8f85;
  --accent: #6ca8ff; --soft: #33507c; --on: #10141a; } }
@media print { :root { color-scheme: light; --text: #000000; --dim: #444444; --page: #ffffff;
  --card: #ffffff; --line: #cccccc; --edge: #cccccc; --good: #1a7f4b; --bad: #b3261e;
  --accent: #1f5fbf; --soft: #9cbbe8; --on: #ffffff; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
main { max-width: 992px; margin: 0 auto; padding: 32px 16px 48px; }
header { padding: 0 0 8px; }
h1 { font-size: 34px; line-height: 1.15; margin: 2px 0 8px; letter-spacing: -.01em;
  overflow-wrap: anywhere; }
h2 { font-size: 17px; margin: 0 0 4px; }
p { margin: 0 0 12px; color: var(--dim); max-width: 78ch; overflow-wrap: anywhere; }
.over { margin: 0; font-size: 13px; }
.verdict { font-size: 18px; font-weight: 600; margin: 0 0 20px; }
.verdict.good { color: var(--good); } .verdict.bad { color: var(--bad); }
section, .tiles li { background: var(--card); border: 1px solid var(--edge); border-radius: 10px; }
section { padding: 20px 24px; margin: 16px 0 0; break-inside: avoid; }
ul, ol { list-style: none; margin: 0; padding: 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(210px, 1fr)); gap: 12px; }
.tiles li { padding: 14px 16px; display: flex; flex-direction: column; }
.label, .note { color: var(--dim); font-size: 13px; }
.figure { font-size: 20px; font-weight: 600; font-variant-numeric: tabular-nums; line-height: 1.4; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 6px 20px; margin: 8px 0 0; }
dt { font-weight: 600; } dd { margin: 0; color: var(--dim); overflow-wrap: anywhere; }
.events { margin-top: 10px; }
.events li { display: grid; grid-template-columns: 96px 22px 1fr; gap: 0 12px; position: relative;
  padding: 0 0 10px; break-inside: avoid; }
.events li::before { content: ""; position: absolute; left: 118px; top: 14px; bottom: -10px;
  width: 2px; background: var(--line); }
.events li:last-child::before { display: none; }
time { text-align: right; color: var(--dim); font-size: 13px; line-height: 22px;
  white-space: nowrap; font-variant-numeric: tabular-nums; }
time b { color: var(--text); font-weight: 600; }
.dot { position: relative; width: 10px; height: 10px; margin: 6px; border-radius: 50%;
  background: var(--dim); }
.good .dot { background: var(--good); } .bad .dot { background: var(--bad); }
.plain .dot:not(:empty) { background: var(--good); }
.dot:not(:empty), .number { width: 22px; height: 22px; margin: 0; border-radius: 50%;
  font-size: 12px; font-weight: 700; line-height: 22px; text-align: center; color: var(--on); }
.said { overflow-wrap: anywhere; min-width: 0; }
.kind { font-weight: 600; margin-right: 4px; }
.good .kind { color: var(--good); } .bad .kind { color: var(--bad); }
figure { margin: 8px 0 0; } svg { display: block; width: 100%; height: auto; }
svg.narrow { display: none; }
svg text { font-size: 12px; fill: var(--dim); font-variant-numeric: tabular-nums; }
svg text.value, svg text.text { fill: var(--text); font-weight: 600; }
svg text.bad { fill: var(--bad); font-weight: 600; stroke: none; }
svg text.on, svg text.on-badge { fill: var(--on); font-weight: 700; stroke: none; }
svg text.on.canary { fill: var(--text); }
svg text.value, svg text.halo { paint-order: stroke; stroke: var(--card); stroke-width: 4px;
  stroke-linejoin: round; }
.grid { stroke: var(--line); } .tick { stroke: var(--dim); }
.limit { stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 6 4; }
.curve { fill: none; stroke: var(--accent); stroke-width: 2; }
.mark { stroke-width: 1; stroke-dasharray: 2 3; fill: none; }
.mark.good { stroke: var(--good); } .mark.bad { stroke: var(--bad); }
circle { stroke: var(--card); stroke-width: 1.5; }
circle.good, rect.good { fill: var(--accent); } circle.bad, rect.bad { fill: var(--bad); }
circle.badge.good { fill: var(--good); }
rect.live { fill: var(--accent); } rect.canary { fill: var(--soft); }
rect.undone { fill: var(--bad); }
.key { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 8px 0 0; color: var(--dim);
  font-size: 13px; }
.key li { display: flex; align-items: center; gap: 7px; }
.key span { width: 12px; height: 12px; border-radius: 3px; flex: none; }
.key .good, .key .live { background: var(--accent); } .key .canary { background: var(--soft); }
.key .bad, .key .undone { background: var(--bad); }
.key .limit { height: 0; width: 18px; border-top: 2px dashed var(--bad); border-radius: 0; }
.key .number { width: 18px; height: 18px; line-height: 18px; font-size: 11px; border-radius: 50%;
  background: var(--dim); }
details { margin-top: 10px; font-size: 13px; color: var(--dim); }
summary { cursor: pointer; width: max-content; }
.scroll { overflow-x: auto; margin-top: 6px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line);
  white-space: nowrap; }
th { color: var(--dim); font-weight: 600; }
.costs td { white-space: normal; vertical-align: top; } .costs span { color: var(--dim);
  font-size: 13px; }
.costs th:nth-child(n+2), .costs td:nth-child(n+2) { text-align: right; padding-right: 0;
  padding-left: 14px; }
footer { margin-top: 20px; color: var(--dim); font-size: 13px; text-align: center; }
@media (max-width: 640px) {
  main { padding: 20px 8px 32px; } header { padding: 0 8px 8px; }
  h1 { font-size: 27px; } section { padding: 16px; }
  .tiles { grid-template-columns: 1fr; }
  svg.wide { display: none; } svg.narrow { display: block; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; }
  .events li { grid-template-columns: 22px 1fr; gap: 0 10px; }
  .events li::before { left: 10px; top: 24px; }
  time { grid-column: 2; text-align: left; } .dot { grid-row: 1 / 3; grid-column: 1; }
  .said { grid-column: 2; }
}
"""
