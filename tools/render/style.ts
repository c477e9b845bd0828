import type { ChartColors } from './chart-spec.ts'
import type { Theme } from './colors.ts'

/** Colours that the canvas of a chart needs; the rest of the page takes them from the style sheet. */
export function chartColors(theme: Theme): ChartColors {
  return theme === 'dark'
    ? { text: 'rgba(204,204,220,0.65)', grid: 'rgba(204,204,220,0.09)', panel: '#181b1f' }
    : { text: 'rgba(36,41,46,0.75)', grid: 'rgba(36,41,46,0.09)', panel: '#ffffff' }
}

/** Height of a row of the grid and of the gap below it, in pixels, as in Grafana. */
export const rowPx = 30
export const gapPx = 8
/** Space left and right of the grid. */
export const marginPx = 16
/** Height of a panel's title. */
export const titlePx = 34

/** The style sheet of the page. */
export const styleSheet = `
:root{color-scheme:dark;--page:#111217;--panel:#181b1f;--border:rgba(204,204,220,.12);--text:#ccccdc;--dim:rgba(204,204,220,.65);--faint:rgba(204,204,220,.4);--hover:rgba(204,204,220,.07);--track:rgba(204,204,220,.1);--link:#6e9fff;--bad:#f2495c;--warn:#ff9830}
:root[data-theme=light]{color-scheme:light;--page:#f4f5f5;--panel:#fff;--border:rgba(36,41,46,.13);--text:#24292e;--dim:rgba(36,41,46,.75);--faint:rgba(36,41,46,.45);--hover:rgba(36,41,46,.05);--track:rgba(36,41,46,.08);--link:#1f62e0;--bad:#cf0e5b;--warn:#b5510d}
*{box-sizing:border-box}
html{background:var(--page);color:var(--text);font:14px/1.5 Inter,"Helvetica Neue",Arial,sans-serif;-webkit-font-smoothing:antialiased;font-feature-settings:"cv05","cv08"}
body{margin:0;padding:0 ${marginPx}px 14px}
a{color:var(--link);text-decoration:none}
header{display:flex;align-items:center;gap:14px;padding:16px 0 12px;flex-wrap:wrap}
h1{font-size:20px;font-weight:500;letter-spacing:-.01em;margin:0;line-height:1.3}
.tag{font-size:12px;font-weight:500;padding:1px 7px;border-radius:3px;background:var(--hover);color:var(--dim);border:1px solid var(--border)}
.tags{display:flex;gap:6px}
.range{margin-left:auto;color:var(--dim);font-size:13px;font-variant-numeric:tabular-nums}
.variables{display:flex;flex-wrap:wrap;gap:8px 12px;padding:0 0 12px}
.variable{display:flex;border:1px solid var(--border);border-radius:3px;font-size:12px;line-height:26px;overflow:hidden}
.variable b{font-weight:500;padding:0 9px;background:var(--panel);border-right:1px solid var(--border)}
.variable span{padding:0 9px;max-width:340px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;color:var(--dim)}
.problem{color:var(--bad);font-size:13px;padding:0 0 10px}
.left-out{color:var(--dim);font-size:13px;padding:0 0 10px}
.grid{display:grid;grid-template-columns:repeat(24,minmax(0,1fr));grid-auto-rows:${rowPx}px;gap:${gapPx}px}
h2{font-size:15px;font-weight:500;margin:0;padding:12px 0 10px;display:flex;gap:9px;align-items:baseline}
h2 small{color:var(--faint);font-weight:400;font-size:13px}
h2::before{content:"";width:7px;height:7px;border:solid var(--dim);border-width:0 1.5px 1.5px 0;transform:rotate(45deg) translate(-2px,-3px);flex:none}
h2.collapsed::before{transform:rotate(-45deg) translate(0,-1px)}
h2.tab{border-bottom:2px solid #f55f3e;width:max-content;padding:14px 12px 6px;margin-bottom:10px}
h2.tab::before{display:none}
.panel{background:var(--panel);border:1px solid var(--border);border-radius:4px;display:flex;flex-direction:column;min-width:0;overflow:hidden;position:relative}
.panel>h3{font-size:14px;font-weight:500;line-height:20px;margin:0;padding:7px 10px 5px;min-height:32px;display:flex;gap:7px;align-items:center}
.panel>h3>span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.panel.untitled>h3{display:none}
.about{flex:none;width:14px;height:14px;border:1.3px solid var(--faint);border-radius:50%;color:var(--faint);font:600 9.5px/11.4px Inter,Arial,sans-serif;text-align:center;cursor:help}
.body{flex:1;min-height:0;padding:0 8px 8px;display:flex;flex-direction:column;position:relative}
.notice{font-size:12px;line-height:1.4;padding:4px 8px;margin:0 0 6px;border-radius:3px;color:var(--bad);background:color-mix(in srgb,var(--bad) 12%,transparent);overflow-wrap:anywhere;max-height:60px;overflow:auto;flex:none}
.notice.note{color:var(--warn);background:color-mix(in srgb,var(--warn) 12%,transparent)}
.empty{flex:1;display:grid;place-items:center;color:var(--dim);font-size:15px}
.empty.undrawn{font-size:13px;border:1px dashed var(--border);border-radius:3px}
.plot{flex:1;min-height:0;display:flex;flex-direction:column;gap:4px}
.plot.legend-right{flex-direction:row;gap:10px}
.chart{flex:1;min-width:0;min-height:0;position:relative;overflow:hidden}
.legend-box{overflow:auto;flex:none;scrollbar-width:none}
.legend-right>.legend-box{max-width:60%;min-width:110px}
.legend{font-size:12px;line-height:22px;color:var(--text);margin:0;padding:0;list-style:none;font-variant-numeric:tabular-nums}
.legend.list{display:flex;flex-wrap:wrap;gap:0 14px;padding:0 6px}
.legend-right .legend.list{flex-direction:column;flex-wrap:nowrap}
.legend.list li{display:flex;align-items:center;min-width:0;max-width:100%}
.legend .name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.legend .calc{color:var(--dim);margin-left:7px;white-space:nowrap}
.swatch{flex:none;width:14px;height:4px;border-radius:2px;margin-right:7px}
.legend.table{width:100%;border-collapse:collapse}
.legend.table th,.legend.table td{padding:0 6px;text-align:right;font-weight:400;white-space:nowrap;border-bottom:1px solid var(--border)}
.legend.table th:first-child{text-align:left;width:100%;max-width:0}
.legend-right .legend.table th:first-child{width:auto;max-width:220px}
.legend.table thead th{color:var(--link);font-weight:500;font-size:11.5px}
.legend.table tbody tr:last-child>*{border-bottom:0}
.legend .label{display:flex;align-items:center;min-width:0}
.stats{flex:1;display:flex;gap:8px;min-height:0}
.stats.vertical{flex-direction:column}
.stat{flex:1;min-width:0;min-height:0;position:relative;border-radius:3px;padding:4px 10px;display:flex;flex-direction:column;justify-content:center;overflow:hidden}
.stat.with-graph{justify-content:flex-start;padding-top:2px}
.stat.centered{align-items:center;text-align:center}
.stat-name{font-size:13px;color:inherit;opacity:.95;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;max-width:100%;position:relative}
.stat-value{font-weight:500;line-height:1.15;white-space:nowrap;letter-spacing:-.02em;position:relative;font-variant-numeric:tabular-nums}
.affix{font-size:.68em}
.spark{position:absolute;left:0;right:0;bottom:0;width:100%;height:42%}
.gauge{flex:1;min-width:0;min-height:0;display:flex;flex-direction:column;align-items:center}
.gauge svg{flex:1;min-height:0;width:100%}
.gauge-value{text-anchor:middle;font-weight:500;letter-spacing:-.02em}
.gauge-label{text-anchor:middle;font-size:10px;fill:var(--dim)}
.gauge-name{font-size:13px;color:var(--dim);max-width:100%;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.bars{flex:1;min-height:0;display:flex;gap:6px}
.bars.horizontal{display:grid;grid-template-columns:fit-content(42%) 1fr max-content;gap:6px 10px;align-content:space-evenly;grid-auto-rows:minmax(12px,40px);padding:2px 6px;overflow:auto;scrollbar-width:none}
.bars.horizontal .bar{display:grid;grid-template-columns:subgrid;grid-column:1/-1;align-items:center}
.bar-name{font-size:12.5px;color:var(--text);overflow:hidden;text-overflow:ellipsis;white-space:nowrap;text-align:right}
.bar-track{height:100%;border-radius:2px;overflow:hidden}
.bar-track.unfilled{background:var(--track)}
.bar-fill{height:100%;border-radius:2px}
.bar-value{font-size:14px;font-weight:500;text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.bars.upright .bar{flex:1;min-width:0;display:flex;flex-direction:column-reverse;text-align:center}
.bars.upright .bar-name{text-align:center}
.bars.upright .bar-value{text-align:center}
.bars.upright .bar-track{flex:1;display:flex;align-items:flex-end}
.bars.upright .bar-fill{width:100%}
.scroll{flex:1;min-height:0;overflow:auto;scrollbar-width:none}
table.data{width:100%;border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums}
table.data th{position:sticky;top:0;background:var(--panel);text-align:left;font-weight:500;color:var(--dim);font-size:12px;padding:5px 9px;border-bottom:1px solid var(--border);white-space:nowrap}
table.data td{padding:5px 9px;border-bottom:1px solid var(--border);white-space:nowrap;max-width:420px;overflow:hidden;text-overflow:ellipsis}
table.data tr:last-child td{border-bottom:0}
table.data .number,table.data .right{text-align:right}
table.data .center{text-align:center}
.cell-value{display:inline-block;min-width:80px}
.cell-bar{display:inline-block;vertical-align:middle;width:calc(100% - 100px);min-width:40px;height:12px;margin-right:10px;background:var(--track);border-radius:2px;overflow:hidden}
.cell-bar span{display:block;height:100%}
.text{font-size:14px;padding:2px 8px;overflow-wrap:anywhere}
.text h1{font-size:20px;margin:.2em 0 .5em}.text h2{font-size:17px;padding:.2em 0 .4em}.text h2::before{display:none}.text h3{font-size:15px;margin:.4em 0}.text p{margin:0 0 .7em}.text ul{margin:0 0 .7em;padding-left:20px}
.text code,.text pre,pre.text{font:12.5px/1.5 ui-monospace,"DejaVu Sans Mono",monospace;background:var(--hover);border-radius:3px}
.text code{padding:1px 4px}.text pre,pre.text{padding:8px;margin:0 0 .7em;white-space:pre-wrap}
.pie{flex:1;min-height:0;min-width:0}
.pie path{stroke:var(--panel);stroke-width:1.5}
.heat-scale{flex:none;display:flex;gap:8px;align-items:center;font-size:11.5px;color:var(--dim);padding:0 6px;font-variant-numeric:tabular-nums}
.heat-scale i{width:180px;height:9px;border-radius:2px}
.lanes{flex:1;min-height:0;display:flex;flex-direction:column;gap:5px}
.lane{flex:1;min-height:0;max-height:60px;display:flex;gap:10px;align-items:stretch}
.lane:last-child{flex:none;height:18px}
.lane-name{flex:none;width:110px;text-align:right;font-size:12.5px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;align-self:center}
.lane-track,.lane-ticks{flex:1;position:relative;min-width:0}
.lane-track{overflow:hidden;border-radius:2px}
.lane-track span{position:absolute;top:0;bottom:0;overflow:hidden;font-size:12px;padding:0 5px;display:flex;align-items:center;white-space:nowrap;border-right:1px solid var(--panel)}
.lane-ticks span{position:absolute;transform:translateX(-50%);font-size:11.5px;color:var(--dim);white-space:nowrap;font-variant-numeric:tabular-nums}
.lane-ticks span:first-child{transform:none}.lane-ticks span:last-child{transform:translateX(-100%)}
.uplot{font-family:inherit!important;width:auto!important}
.u-select{background:var(--hover)!important}
.u-cursor-x,.u-cursor-y{border-color:var(--faint)!important}
.tip{position:absolute;z-index:5;pointer-events:none;background:var(--page);border:1px solid var(--border);border-radius:3px;box-shadow:0 4px 14px rgba(0,0,0,.35);padding:6px 9px;font-size:12px;line-height:19px;white-space:nowrap;font-variant-numeric:tabular-nums;max-width:90%}
.tip div{display:flex;align-items:center;gap:0}.tip .value{margin-left:auto;padding-left:16px;font-weight:500}.tip .name{overflow:hidden;text-overflow:ellipsis}
.tip .time{color:var(--dim);margin-bottom:2px}
footer{color:var(--faint);font-size:12px;padding:12px 0 0;display:flex;justify-content:space-between;gap:20px;flex-wrap:wrap}
@media print{@page{size:landscape;margin:8mm}html,.panel{-webkit-print-color-adjust:exact;print-color-adjust:exact}.panel{break-inside:avoid}.tip{display:none}}
`
