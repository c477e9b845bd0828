import type { Thresholds } from '@tidegauge/otel/catalog'
import { readSettingsFile } from '@tidegauge/otel/settings-file'
import { z } from 'zod'

/** The same key as in the settings of `generate`, whose other keys are of no interest here. */
const schema = z.looseObject({
  thresholds: z.record(
    z.string(),
    z.strictObject({
      warning: z.number().optional(),
      critical: z.number().optional(),
      bad: z.enum(['above', 'below']).optional(),
    }),
  ),
})

/** Reads bounds by metric from a file. @throws {UsageError} with file and line when it is something else. */
export async function readThresholds(file: string): Promise<ReadonlyMap<string, Thresholds>> {
  const { thresholds } = await readSettingsFile(file, schema)
  return new Map(Object.entries(thresholds as Readonly<Record<string, Thresholds>>))
}
