/** Words of which one without the other tells half of a story. */
const pairs: readonly (readonly [string, string])[] = [
  ['hit', 'miss'],
  ['hits', 'misses'],
  ['success', 'failure'],
  ['success', 'error'],
  ['successes', 'failures'],
  ['succeeded', 'failed'],
  ['ok', 'error'],
  ['started', 'finished'],
  ['started', 'completed'],
  ['begun', 'ended'],
  ['enqueued', 'dequeued'],
  ['opened', 'closed'],
  ['connected', 'disconnected'],
  ['acquired', 'released'],
  ['allocated', 'freed'],
  ['created', 'destroyed'],
  ['accepted', 'rejected'],
  ['sent', 'received'],
  ['pushed', 'popped'],
  ['locked', 'unlocked'],
]

/** The words that `word` is told by and without; more than one may do. */
export function oppositesOf(word: string): readonly string[] {
  return pairs.flatMap(([one, other]) => (one === word ? [other] : other === word ? [one] : []))
}

/** The names that differ from `name` in one word, which stands for the opposite. */
export function oppositeNames(name: string): readonly string[] {
  const words = name.split('_')
  return words.flatMap((word, index) =>
    oppositesOf(word).map((opposite) => words.with(index, opposite).join('_')),
  )
}
