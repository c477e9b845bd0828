import { z } from 'zod'
import { milliseconds, object, optional, section, setting } from './schema-rules.ts'

const rate = z.number().min(0).max(1)

/** One measurement in n: 0, 1, 1/2, 1/3 … */
const sampleRate = rate.refine((value) => value === 0 || Math.abs(1 / value - Math.round(1 / value)) < 0.01, {
  error: 'give one in n, such as 1, 0.5, 0.1 or 0.01',
})

/** Ten years, in ms: more than fits into what timers take, and nothing waits for it. */
const longestRetention = 10 * 366 * 86_400_000

/** What every metric was. */
const history = section({
  enabled: setting(z.boolean(), false),
  /** Path of an SQLite file. */
  file: setting(z.string().min(1), 'tidegauge-history.db'),
  /** Collections that stay in memory. */
  ring_size: setting(z.int().min(1).max(100_000), 360),
  ring_interval: setting(milliseconds.min(1), 10_000),
  snapshot_interval: setting(milliseconds.min(1), 60_000),
  retention: setting(z.int().min(1).max(longestRetention), 30 * 86_400_000),
})

/** The section `tidegauge`: what the standard has no words for. */
export const tidegaugeSchema = object({
  sample_rate: setting(sampleRate, 1),
  zero_init: setting(z.boolean(), true),
  /** Attributes that no metric is exported with; their series are summed. */
  sensitive: setting(z.array(z.string().min(1)), []),
  history,
  shutdown_timeout: setting(milliseconds.min(1), 5000),
  scrape_auth: optional(
    z.union([
      object({ bearer_token: z.string().min(1) }),
      object({ username: z.string().min(1), password: z.string().min(1) }),
    ]),
  ),
})

export type TidegaugeConfig = z.output<typeof tidegaugeSchema>
