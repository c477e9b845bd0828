/** The catalog of this service, as the tools name it. */
export const ownCatalog = {
  name: 'tidegauge',
  file: 'src/catalog/catalog.ts',
  load: async () => (await import('../catalog/catalog.ts')).components,
}
