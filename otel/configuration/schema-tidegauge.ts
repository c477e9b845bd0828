import { z } from 'zod'
import { milliseconds, object, optional, setting } from './schema-rules.ts'

const rate = z.number().min(0).max(1)

/** One measurement in n: 0, 1, 1/2, 1/3 … */
const sampleRate = rate.refine((value) => value === 0 || Math.abs(1 / value - Math.round(1 / value)) < 0.01, {
  error: 'give one in n, such as 1, 0.5, 0.1 or 0.01',
})

/** The section `tidegauge`: what the standard has no words for. */
export const tidegaugeSchema = object({
  sample_rate: setting(sampleRate, 1),
  zero_init: setting(z.boolean(), true),
  /** Attributes that no metric is exported with; their series are summed. */
  sensitive: setting(z.array(z.string().min(1)), []),
  shutdown_timeout: setting(milliseconds.min(1), 5000),
  scrape_auth: optional(
    z.union([
      object({ bearer_token: z.string().min(1) }),
      object({ username: z.string().min(1), password: z.string().min(1) }),
    ]),
  ),
})

export type TidegaugeConfig = z.output<typeof tidegaugeSchema>
