import type { Recording } from '@tidegauge/otel/catalog'

/** Finds recordings of which each is made of the next, and the last one of the first; none where there is no such circle. */
export function findCircle(recordings: readonly Recording[]): readonly Recording[] {
  const left = new Set(inCircles(recordings))
  const way = new Set<Recording>()
  // What is left is made of others that are left, so that any way through them comes back to itself.
  let [next] = left
  while (next !== undefined && !way.has(next)) {
    way.add(next)
    next = recordingsIn(next).find((part) => left.has(part))
  }
  return next === undefined ? [] : [...way].slice([...way].indexOf(next))
}

/** Takes away, again and again, what is made of nothing that is left. @returns the rest. */
function inCircles(recordings: readonly Recording[]): readonly Recording[] {
  const waitsFor = new Map(recordings.map((one) => [one, new Set(recordingsIn(one)).size]))
  const users = new Map<Recording, Recording[]>(recordings.map((one) => [one, []]))
  for (const one of recordings) for (const part of new Set(recordingsIn(one))) users.get(part)?.push(one)
  const done = new Set(recordings.filter((one) => waitsFor.get(one) === 0))
  // What is added while a set is visited is visited as well.
  for (const one of done)
    for (const user of users.get(one) ?? []) {
      const waits = (waitsFor.get(user) ?? 0) - 1
      waitsFor.set(user, waits)
      if (waits === 0) done.add(user)
    }
  return recordings.filter((one) => !done.has(one))
}

function recordingsIn({ query }: Recording): readonly Recording[] {
  return query.parts.filter((part) => 'record' in part)
}
