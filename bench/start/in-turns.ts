/**
 * Measures in turns, so that whatever else the machine does falls on all. Each measure gives one or more figures.
 *
 * @returns the medians of the figures of each.
 */
export function mediansInTurns(measures: readonly (() => readonly number[])[], rounds: number): number[][] {
  const taken: (readonly number[])[][] = measures.map(() => [])
  for (let round = 0; round < rounds; round++)
    for (const [i, measure] of measures.entries()) taken[i]?.push(measure())
  return taken.map((all) =>
    (all[0] ?? []).map((_, figure) => median(all.map((one) => one[figure] ?? Number.NaN))),
  )
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
