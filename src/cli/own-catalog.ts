import { components } from '../catalog/catalog.ts'

/** The catalog of this service, as the tools name it. */
export const ownCatalog = {
  name: 'tidegauge',
  file: 'src/catalog/catalog.ts',
  load: async () => components,
}
