import assert from 'node:assert/strict'

export interface DocumentedProgram {
  /** What stands in the text, such as a port, and what it is in this run. @default {} */
  readonly instead?: Readonly<Record<string, string>>
  /** The expression in the program whose value is the URL of its scrape endpoint. */
  readonly url: string
}

/** A block `ts NAME` of a text in Markdown, made to scrape itself once it is set up, to print that, and to end. */
export function documentedProgram(
  markdown: string,
  name: string,
  { instead = {}, url }: DocumentedProgram,
): string {
  const found = new RegExp(`^\`\`\`ts ${name}\\n(.*?)^\`\`\`$`, 'ms').exec(markdown)?.[1]
  assert.ok(found, `no program ${name}`)
  const program = Object.entries(instead).reduce((text, [from, to]) => text.replace(from, to), found)
  return `${program}for (;;) {
  const answer = await fetch(${url}).catch(() => undefined)
  if (answer === undefined) continue
  console.log(await answer.text())
  process.exit(0)
}
`
}
