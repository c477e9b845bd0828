/** Adds up the samples of a family whose labels include some. */
export function sumOf(scrape: string, family: string, labels: Readonly<Record<string, string>> = {}): number {
  const wanted = Object.entries(labels).map(([name, value]) => `${name}="${value}"`)
  let sum = 0
  for (const line of scrape.split('\n')) {
    const [, name, given = '', value] = /^([a-zA-Z_:][\w:]*)(\{.*\})? (\S+)/.exec(line) ?? []
    if (name === family && wanted.every((label) => given.includes(label))) sum += Number(value)
  }
  return sum
}
