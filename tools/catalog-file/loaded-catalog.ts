import type { ComponentCatalog } from '@tidegauge/otel/catalog'
import { loadCatalog } from './load.ts'
import type { GenerateSettings } from './overrides.ts'
import type { OwnCatalog } from './own-catalog.ts'

/** A catalog, and how its user has set it. */
export interface LoadedCatalog {
  /** Where findings say that it stands. */
  readonly file: string
  readonly components: readonly ComponentCatalog[]
  /** @default those of the catalog */
  readonly settings?: GenerateSettings
}

/**
 * Loads a catalog by its file, or by the name that the program has for its own.
 *
 * @throws {UsageError} when it cannot be loaded.
 */
export async function loadNamed(name: string, own: OwnCatalog | undefined): Promise<LoadedCatalog> {
  if (name !== own?.name) return { file: name, components: await loadCatalog(name) }
  return { file: own.file, components: await own.load() }
}
