import type { ComponentCatalog } from './component.ts'
import { pipeline } from './pipeline/pipeline.ts'
import { process } from './process/process.ts'

/** The components that the pipeline brings to every service, whatever that declares. */
export const ownComponents: readonly ComponentCatalog[] = [process, pipeline]
