import type { Kind, Mutant, Tree } from './mutant.ts'

/** Some mutants of a kind, the same ones in every run. */
export function sample({ name, mutants }: Kind, tree: Tree, count: number): readonly Mutant[] {
  const all = [...mutants(tree)]
  const random = seeded(name)
  return Array.from({ length: Math.min(count, all.length) }, () => all.splice(random(all.length), 1)).flat()
}

/** Numbers below a bound, always the same for the same text (xmur3 and mulberry32). */
function seeded(text: string): (below: number) => number {
  let state = 0
  for (const letter of text) state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 0x9e3779b1)
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}
