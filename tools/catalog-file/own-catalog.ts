import type { ComponentCatalog } from '@tidegauge/otel/catalog'

/** The catalog of the program that offers the commands: it goes by a name, and is meant where none is named. */
export interface OwnCatalog {
  /** As it is typed: `--catalog tidegauge`. */
  readonly name: string
  /** Where findings say that it stands. */
  readonly file: string
  readonly load: () => Promise<readonly ComponentCatalog[]>
}
