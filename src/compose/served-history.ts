import { join } from 'node:path'
import type { Config } from '../config.ts'

/** The history of metrics, where `tidegauge.history` of the pipeline's configuration does not say otherwise. */
export function servedHistory({ data }: Pick<Config, 'data'>): {
  readonly enabled: true
  readonly file: string
} {
  return { enabled: true, file: join(data, 'history.db') }
}
