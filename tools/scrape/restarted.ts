import type { Family, Scrape } from './scrape.ts'

/** A new process has a new start time; where there is none, every counter of it falls. */
export function hasRestarted(before: Scrape, after: Scrape): boolean {
  const start = ({ families }: Scrape) => families.get('process_start_time_seconds')?.samples[0]?.value
  if (start(before) !== undefined) return start(before) !== start(after)
  const counters = [...after.families.values()].filter(
    ({ type, name }) => type === 'counter' && total(before.families.get(name)) > 0,
  )
  return (
    counters.length > 1 && counters.every((family) => total(family) < total(before.families.get(family.name)))
  )
}

function total(family: Family | undefined): number {
  return (family?.samples ?? []).reduce((sum, { value }) => sum + value, 0)
}
