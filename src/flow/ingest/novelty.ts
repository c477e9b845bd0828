import { hash } from 'node:crypto'

/**
 * How much of what a walk brings is new. It takes little room, however long the walk, and whoever is walked through
 * cannot tell what it would take to deceive it.
 */
export interface Novelty {
  readonly salt: string
  /** How many names and pages there were. */
  walked: number
  /** Of each of the buckets that the hashes of names fall into, the longest run of zeros; in base64. */
  runs: string
}

export function newNovelty(): Novelty {
  return { salt: crypto.randomUUID(), walked: 0, runs: Buffer.alloc(buckets).toString('base64') }
}

/**
 * Notes what one page names. How many different names there were is estimated, with an error of about 7 %
 * (https://en.wikipedia.org/wiki/HyperLogLog).
 *
 * @param patience how many names and pages that bring nothing new are put up with in any case.
 * @returns whether going on is worth it: not where most of what came had come before, or pages were empty.
 */
export function bringsNews(novelty: Novelty, names: readonly string[], patience: number): boolean {
  const runs = Buffer.from(novelty.runs, 'base64')
  for (const name of names) {
    const bytes = hash('sha256', `${novelty.salt} ${name}`, 'buffer')
    const bucket = bytes.readUInt8(0)
    runs[bucket] = Math.max(runs[bucket] ?? 0, 1 + Math.clz32(bytes.readUInt32BE(1)))
  }
  novelty.runs = runs.toString('base64')
  novelty.walked += 1 + names.length
  return novelty.walked <= patience + timesEach * estimate(runs)
}

/** How many different names have left these runs. */
function estimate(runs: Uint8Array): number {
  let sum = 0
  let empty = 0
  for (const run of runs) {
    sum += 2 ** -run
    empty += Number(run === 0)
  }
  const raw = (bias * buckets ** 2) / sum
  // While some are empty, their number says more.
  return raw <= 2.5 * buckets && empty > 0 ? buckets * Math.log(buckets / empty) : raw
}

const buckets = 256

const bias = 0.7213 / (1 + 1.079 / buckets)

/** A page of one name counts twice, and names may come again where they move on in the order while they are listed. */
const timesEach = 5
