import type { Expected } from '../../expected.ts'

/** What to do about something that the catalog says otherwise. */
export function regenerate(
  { command }: Pick<Expected, 'command'>,
  {
    setting,
    instead,
  }: {
    /** The key in the settings of generate by which users may want it so. */
    readonly setting?: string | undefined
    /** Where else that belongs which the catalog has otherwise: `a panel of your own`. */
    readonly instead: string
  },
): string {
  const fix = `Regenerate it with \`${command}\``
  return setting === undefined
    ? `${fix}; if it is meant to be so, put it into ${instead}.`
    : `${fix}; if it is meant to be so, set ${setting} in the file for generate --config, and give the audit that file by --generate-config.`
}

/** Two texts side by side in quotes, cut to what differs when they are long. */
export function bothSides(
  here: string,
  there: string,
  quote = '"',
): { readonly here: string; readonly there: string } {
  const [one, other] = [plain(here), plain(there)]
  if (Math.max(one.length, other.length) <= longest)
    return { here: quote + one + quote, there: quote + other + quote }
  let from = 0
  while (from < one.length && one[from] === other[from]) from += 1
  let tail = 0
  while (
    tail < Math.min(one.length, other.length) - from &&
    one[one.length - 1 - tail] === other[other.length - 1 - tail]
  )
    tail += 1
  const cut = (text: string) => {
    const [begin, end] = [Math.max(0, from - around), Math.min(text.length, text.length - tail + around)]
    const part = text.slice(begin, Math.min(end, begin + longest))
    const [before, after] = [begin > 0 ? '…' : '', begin + part.length < text.length ? '…' : '']
    return quote + before + part + after + quote
  }
  return { here: cut(one), there: cut(other) }
}

/** White space at the ends and the way lines are broken mean nothing. */
export function plain(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

const longest = 140
const around = 24
