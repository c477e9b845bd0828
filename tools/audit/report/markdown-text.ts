/** Text as it is, whatever is in it: on one line, and nothing of it taken for Markdown. */
export function text(raw: string): string {
  return oneLine(raw).replaceAll(/[\\`*<>|[\]#~&]|__/g, (one) =>
    [...one].map((character) => `\\${character}`).join(''),
  )
}

/** Text in a code span, also inside of a table. */
export function code(raw: string): string {
  const line = oneLine(raw).replaceAll('|', '\\|')
  if (line === '') return ''
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([ticks]) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return longest > 0 ? `${fence} ${line} ${fence}` : `${fence}${line}${fence}`
}

/** Cells hold Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')
}

/** 0.954 → `95 %`; only all is 100 %, only nothing is 0 %. */
export function percent(share: number): string {
  if (share > 0 && share < 1) return `${Math.min(99, Math.max(1, Math.round(share * 100)))} %`
  return `${share * 100} %`
}

function oneLine(raw: string): string {
  return raw.replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim()
}
