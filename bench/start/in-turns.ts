/** Measures in turns, so that whatever else the machine does falls on all. @returns the median of each. */
export function mediansInTurns(measures: readonly (() => number)[], rounds: number): number[] {
  const values: number[][] = measures.map(() => [])
  for (let round = 0; round < rounds; round++)
    for (const [i, measure] of measures.entries()) values[i]?.push(measure())
  return values.map((all) => all.sort((a, b) => a - b)[rounds >> 1] ?? Number.NaN)
}
