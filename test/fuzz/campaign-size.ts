import { env } from 'node:process'

export interface CampaignSize {
  readonly rounds: number
  readonly seed: string
}

/** Reads how many inputs a campaign makes, and of which seed: `FUZZ_ROUNDS` and `FUZZ_SEED`. */
export function campaignSize(defaultRounds: number): CampaignSize {
  const { FUZZ_ROUNDS: given = String(defaultRounds), FUZZ_SEED: seed = 'tidegauge' } = env
  const rounds = Number(given)
  if (!Number.isSafeInteger(rounds) || rounds <= 0)
    throw new RangeError(`FUZZ_ROUNDS=${given} is not a number of rounds`)
  return { rounds, seed }
}
