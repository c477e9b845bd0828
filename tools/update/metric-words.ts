/** The words of a metric's name without what only tells unit or type: `sync_duration_seconds` is sync, duration. */
export function wordsOf(name: string): readonly string[] {
  const words = name.split(/[_:.]+/).filter((word) => word !== '')
  const end = words.findLastIndex((word) => !suffixes.has(word))
  return end <= 0 ? words.slice(0, 1) : words.slice(0, end + 1)
}

/** How people would say it: `Sync duration`. */
export function titleOf(name: string): string {
  const text = wordsOf(name)
    .map((word) => (acronyms.has(word) ? word.toUpperCase() : word))
    .join(' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** How many words two names begin with in common. */
export function wordsInCommon(a: readonly string[], b: readonly string[]): number {
  let common = 0
  while (common < a.length && a[common] === b[common]) common += 1
  return common
}

const acronyms = new Set(
  'http https db api cpu gc otlp tcp udp dns url sql io rpc grpc tls ip os ui jvm'.split(' '),
)

const suffixes = new Set(
  'total seconds milliseconds microseconds nanoseconds bytes bits ratio percent celsius info count sum bucket'.split(
    ' ',
  ),
)
