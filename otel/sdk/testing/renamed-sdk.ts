import { registerHooks } from 'node:module'
import type { Sdk } from '../trials.ts'

/**
 * The installed SDK as a later version might be: one of its names is another one, wherever it stands, so that the SDK
 * works as before and whoever reaches into it finds nothing there.
 */
export async function renamedSdk(name: string): Promise<Sdk> {
  const mark = `?renamed=${name}`
  const hooks = registerHooks({
    resolve: (specifier, context, nextResolve) => {
      const resolved = nextResolve(specifier, context)
      const isPart = context.parentURL?.endsWith(mark) === true && specifier.startsWith('.')
      return specifier === sdk || isPart ? { ...resolved, url: resolved.url + mark } : resolved
    },
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context)
      if (!url.endsWith(mark)) return loaded
      const source = `${loaded.source}`.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), `${name}Renamed`)
      return { ...loaded, source }
    },
  })
  try {
    return await import(sdk)
  } finally {
    hooks.deregister()
  }
}

const sdk = '@opentelemetry/sdk-metrics'
