import { UsageError } from '@tidegauge/otel/usage-error'
import { loadCatalog } from '../catalog-file/load.ts'
import { defaultSettings } from '../catalog-file/overrides.ts'
import type { OwnCatalog } from '../catalog-file/own-catalog.ts'
import { generatedFiles } from './files.ts'
import { readGenerateSettings } from './settings-file.ts'
import { type Drift, findDrift, writeFiles } from './write.ts'

export interface GenerateRequest {
  /** Folder that the files go to. */
  readonly out: string
  /** File with thresholds and the like. @default those of the catalog */
  readonly config: string | undefined
  /** Catalog of another service. @default `own` */
  readonly catalog: string | undefined
  /** The catalog that is meant where none is named. @default none */
  readonly own?: OwnCatalog | undefined
  /** Says what differs and writes nothing. */
  readonly check: boolean
}

export interface GenerateResult {
  /** How many files follow from the catalog. */
  readonly files: number
  /** What was, or with `check` is, not as it should be. */
  readonly drift: readonly Drift[]
}

/**
 * Generates dashboards, rules and documentation of a catalog.
 *
 * @throws {UsageError} when the configuration or the catalog cannot be used, or a file cannot be written.
 */
export async function generate({
  out,
  config,
  catalog,
  own,
  check,
}: GenerateRequest): Promise<GenerateResult> {
  const components = await (catalog === undefined ? own?.load() : loadCatalog(catalog))
  if (components === undefined) throw new UsageError('no catalog is named; name one with --catalog FILE')
  const settings = config === undefined ? defaultSettings : await readGenerateSettings(config, components)
  const files = fromCatalog(catalog, () => generatedFiles({ components, settings }))
  try {
    return { files: files.size, drift: await (check ? findDrift : writeFiles)(out, files) }
  } catch (cause) {
    throw new UsageError(`${out}: it cannot be written (${reason(cause)}); choose another --out`, { cause })
  }
}

/** What cannot be generated from a catalog of a user is a mistake in that, not in this program. */
function fromCatalog<Result>(catalog: string | undefined, make: () => Result): Result {
  if (catalog === undefined) return make()
  try {
    return make()
  } catch (cause) {
    throw new UsageError(`${catalog}: ${reason(cause)}`, { cause })
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error ? String(error.code) : error.message
}
