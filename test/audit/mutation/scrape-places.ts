/** A family of a scrape as it stands in the text. */
export interface FamilyPlace {
  readonly name: string
  readonly type: string
  /** Lines of the text: from that of HELP to after the last sample. */
  readonly from: number
  readonly to: number
  /** Of the samples. */
  readonly samples: readonly number[]
}

export function familiesOf(lines: readonly string[]): readonly FamilyPlace[] {
  const starts = lines.flatMap((line, at) => (line.startsWith('# HELP ') ? [at] : []))
  return starts.map((from, index) => {
    const to = starts[index + 1] ?? lines.length
    const [, , name = '', type = ''] = lines[from + 1]?.split(' ') ?? []
    const samples = lines.slice(from, to).flatMap((line, at) => (/^[^#\s]/.test(line) ? [from + at] : []))
    return { name, type, from, to, samples }
  })
}

/** Labels of a sample, with the quotes of their values: `path="/health"`. */
export function labelsOf(line: string): readonly { readonly name: string; readonly text: string }[] {
  const inside = /^[^{ ]+\{(.*)\} /.exec(line)?.[1] ?? ''
  return [...inside.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)].map(([text, name = '']) => ({ name, text }))
}
