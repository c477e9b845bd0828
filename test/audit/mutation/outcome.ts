import { createJudge } from './judge.ts'
import { kinds } from './kinds.ts'
import { readTree } from './tree.ts'

/** What became of the mutants of a kind. */
export interface Outcome {
  readonly kind: string
  readonly of: string
  readonly leftOut: string | undefined
  readonly note: string | undefined
  readonly mutants: number
  readonly bySense: number
  /** Found by nothing. */
  readonly survivors: readonly string[]
}

/** Which part of the mutants is looked at: one in `of`, beginning with the one of that index. */
export interface Share {
  readonly index: number
  readonly of: number
}

/** Looks at a share of the mutants of every kind. */
export async function outcomes({ index, of }: Share): Promise<readonly Outcome[]> {
  const tree = readTree()
  const judge = await createJudge(tree)
  const all: Outcome[] = []
  for (const kind of kinds) {
    const counts = { 'by sense': 0, 'by catalog': 0, survived: 0 }
    const survivors: string[] = []
    let number = 0
    for (const mutant of kind.mutants(tree)) {
      if (number++ % of !== index) continue
      const verdict = await judge.verdict(mutant.change, { isNoteEnough: kind.note !== undefined })
      counts[verdict]++
      if (verdict === 'survived') survivors.push(mutant.what)
    }
    const mutants = counts['by sense'] + counts['by catalog'] + counts.survived
    all.push({
      kind: kind.name,
      of: kind.of,
      leftOut: kind.leftOut,
      note: kind.note,
      mutants,
      bySense: counts['by sense'],
      survivors,
    })
  }
  return all
}

/** The outcomes of several shares together. */
export function together(shares: readonly (readonly Outcome[])[]): readonly Outcome[] {
  const [first = []] = shares
  return first.map((outcome, at) => {
    const parts = shares.flatMap((share) => share[at] ?? [])
    return {
      ...outcome,
      mutants: parts.reduce((sum, { mutants }) => sum + mutants, 0),
      bySense: parts.reduce((sum, { bySense }) => sum + bySense, 0),
      survivors: parts.flatMap(({ survivors }) => survivors).sort(),
    }
  })
}
