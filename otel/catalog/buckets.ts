/** Requests, syncs, peers and backfills, in seconds. */
export const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const

/** Storage, search, batches and checkpoints, in seconds. */
export const storageBuckets = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1,
] as const

/** Entries in one batch. */
export const batchBuckets = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] as const
