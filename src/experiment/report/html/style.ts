/** The report's style: no fonts, images or scripts from anywhere; both themes; fit for print. */
export const STYLE: string = `
:root{color-scheme:light dark;--ink:#1c2024;--soft:#60646c;--rule:#d9dde2;--paper:#fff;--panel:#f6f7f9;
--served:#2563a8;--cached:#0f8577;--refused:#a86500;--timed_out:#7a4fb5;--failed:#c2362b;--wrong:#8f1d62;
--c0:#8a8f98;--c1:#b0894f;--c2:#7a4fb5;--c3:#c2362b;--c4:#a86500;--c5:#2563a8;--c6:#0f8577;--c7:#1c2024}
@media (prefers-color-scheme:dark){:root{--ink:#e8eaed;--soft:#a0a6ae;--rule:#343a42;--paper:#14171a;--panel:#1c2024;
--served:#6aa7e8;--cached:#3dbfae;--refused:#e0a03c;--timed_out:#b393e8;--failed:#f0786c;--wrong:#e070b8;
--c0:#8a919b;--c1:#c9a468;--c2:#b393e8;--c3:#f0786c;--c4:#e0a03c;--c5:#6aa7e8;--c6:#3dbfae;--c7:#e8eaed}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1040px;padding:32px 24px 64px;background:var(--paper);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:24px;line-height:1.25;margin:0 0 4px;font-weight:650}
h2{font-size:16px;margin:40px 0 4px;font-weight:650}
p{margin:4px 0 12px;max-width:78ch}
.soft,figcaption,.note{color:var(--soft)}
.verdict{font-size:19px;line-height:1.4;margin:20px 0;padding:16px 0;border-block:1px solid var(--rule);max-width:none}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:1px;background:var(--rule);border:1px solid var(--rule)}
.tile{background:var(--paper);padding:14px 16px}
.tile b{display:block;font-size:18px;font-weight:600;line-height:1.4;white-space:nowrap}
.tile span{color:var(--soft);font-size:13px}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(400px,1fr));gap:24px}
.drawing{display:block;width:100%;height:auto;margin-top:8px;overflow:visible}
text{fill:var(--ink);font-size:13px}
.tick,.tiny{fill:var(--soft);font-size:11px}
.grid{stroke:var(--rule);stroke-width:1}.base{stroke:var(--soft);stroke-width:1}
.interval{stroke:var(--ink);stroke-width:1.5;opacity:.45}.link{stroke:var(--served);stroke-width:2}
.solid{fill:var(--served)}.hollow{fill:var(--paper);stroke:var(--soft);stroke-width:2}
.fault{fill:var(--failed);opacity:.1}
.change{stroke:var(--soft);stroke-dasharray:2 2}.breaker.open .change{stroke:var(--failed)}
.curve{fill:none;stroke-width:1.8;stroke-linejoin:round}
${['served', 'cached', 'refused', 'timed_out', 'failed', 'wrong'].map((name) => `.mark.${name},.bar.${name}{fill:var(--${name})}.swatch.${name}{background:var(--${name})}`).join('')}
${[0, 1, 2, 3, 4, 5, 6, 7].map((index) => `.curve.c${String(index)}{stroke:var(--c${String(index)})}.t${String(index)}{fill:var(--c${String(index)})}`).join('')}
.curve.c0{stroke-dasharray:4 3}
.inbar{fill:var(--paper);font-size:12px}
.gain{fill:var(--cached)}.loss{fill:var(--failed)}.none{fill:var(--rule)}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 20px;padding:0;margin:8px 0 0;font-size:13px;color:var(--soft)}
.swatch{display:inline-block;width:12px;height:12px;margin-right:6px;vertical-align:-1px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13px;margin-top:8px}
th,td{text-align:right;padding:6px 10px;border-bottom:1px solid var(--rule);white-space:nowrap}
th{font-weight:600;color:var(--soft)}th:first-child,td:first-child{text-align:left}
code{font:13px ui-monospace,SFMono-Regular,Menlo,monospace}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 20px;margin:8px 0}dt{color:var(--soft)}dd{margin:0}
@media print{body{max-width:none}h2{break-after:avoid}}
`;
