import { hostname } from 'node:os'
import {
  detectResources,
  hostDetector,
  osDetector,
  processDetector,
  type Resource,
  type ResourceDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources'
import { parseKeyPairs } from '../configuration/key-pairs.ts'
import type { ResourceConfig } from '../configuration/schema.ts'
import { matcher } from './views/pattern.ts'

/**
 * Describes what is being measured: the service, its runtime and its host. Command-line arguments and
 * the id of the host are not in it unless a detector in the configuration asks for them.
 */
export function createResource(config: ResourceConfig): Resource {
  const own = resourceFromAttributes({
    'telemetry.sdk.name': 'opentelemetry',
    'telemetry.sdk.language': 'nodejs',
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    'host.name': hostname(),
    'service.instance.id': crypto.randomUUID(),
  })
  const listed = resourceFromAttributes(config.attributes_list ? parseKeyPairs(config.attributes_list) : {})
  const { schema_url: schemaUrl, attributes = [] } = config
  const present = attributes.filter(({ value }) => value !== null)
  const named = resourceFromAttributes(
    Object.fromEntries(
      present.map(({ name, value }) => [name, value as string | number | boolean | string[]]),
    ),
    schemaUrl === undefined ? {} : { schemaUrl },
  )
  return own.merge(detected(config['detection/development'])).merge(listed).merge(named)
}

function detected(config: ResourceConfig['detection/development']): Resource {
  const names = (config?.detectors ?? []).flatMap((one) => Object.keys(one) as (keyof typeof detectors)[])
  const found = detectResources({ detectors: names.flatMap((name) => detectors[name] ?? []) })
  const keep = matcher(config?.attributes)
  return {
    get attributes() {
      return Object.fromEntries(Object.entries(found.attributes).filter(([name]) => keep(name)))
    },
    get asyncAttributesPending() {
      return found.asyncAttributesPending ?? false
    },
    waitForAsyncAttributes: async () => found.waitForAsyncAttributes?.(),
    merge: (other) => found.merge(other),
    getRawAttributes: () => found.getRawAttributes().filter(([name]) => keep(name)),
  }
}

const detectors: Readonly<Record<string, readonly ResourceDetector[]>> = {
  host: [hostDetector, osDetector],
  process: [processDetector],
  service: [serviceInstanceIdDetector],
}
