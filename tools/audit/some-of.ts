/** Names one after the other, the first of many: each of many findings may name as many. */
export function someOf(names: Iterable<string>): string {
  const first = [...Iterator.from(names).take(most + 1)]
  return first.length > most ? `${first.slice(0, most).join(', ')}, …` : first.join(', ')
}

/** What somebody reads to find the one that was meant. */
const most = 20
