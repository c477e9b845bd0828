import { z } from 'zod'
import type { Route } from './route.ts'

const settingShape = z
  .object({
    value: z.unknown().meta({ description: '`***` for a secret; `null` for what was not given.' }),
    origin: z.string().meta({ description: 'A flag, a variable, a file, or `default`.' }),
  })
  .meta({ id: 'Setting' })

export const configShape = z
  .object({
    service: z.record(z.string(), settingShape).optional(),
    telemetry: z
      .array(z.object({ key: z.string(), value: z.string(), origin: z.string() }))
      .optional()
      .meta({ description: 'The settings of the metrics pipeline.' }),
  })
  .meta({ id: 'Config' })

export const getConfig = {
  method: 'GET',
  path: '/config',
  summary: 'Shows the effective configuration, and where each value came from. Secrets are masked.',
  answers: { 200: { description: 'The configuration.', body: configShape } },
  examples: [{ title: 'What does it run with?' }],
} as const satisfies Route
