import type { GenerateSettings } from '../../catalog-file/overrides.ts'

/** What dashboards and their tag are called after: the first job of the service. */
export function serviceOf({ jobs: [service] }: GenerateSettings): string {
  return service ?? 'service'
}

/** Where a dashboard stands among the addresses of Grafana: `tidegauge-firehose`. Links and bookmarks depend on it. */
export function dashboardUid(service: string, name: string): string {
  return `${service}-${name}`.toLowerCase().replace(/[^a-z0-9_-]+/g, '-')
}

/** What Grafana lists a dashboard as: `Tidegauge / Firehose`. */
export function dashboardTitle(service: string, title: string): string {
  return `${service.charAt(0).toUpperCase()}${service.slice(1)} / ${title}`
}

/**
 * Gives every key the number of its panel. The number comes from the key itself, so that a panel that is added
 * leaves the numbers of the others, and links to them, as they were.
 *
 * @returns the ids in the order of the keys, all different, from 1 to a million.
 * @throws {Error} when a key comes twice: a dashboard with two panels of one title.
 */
export function panelIds(keys: readonly string[]): number[] {
  const seen = new Set<string>()
  const taken = new Set<number>()
  return keys.map((key) => {
    if (seen.has(key)) throw new Error(`two panels of a dashboard are called "${key}"`)
    seen.add(key)
    let id = 1 + (hash(key) % highest)
    while (taken.has(id)) id = 1 + (id % highest)
    taken.add(id)
    return id
  })
}

/** Few enough digits to read, so many that hardly ever two keys meet. */
const highest = 1_000_000

/** FNV-1a over UTF-16 units. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return value >>> 0
}
