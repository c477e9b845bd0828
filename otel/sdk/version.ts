import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'

/** The versions of sdk-metrics whose inside is known: nothing is lost with them, which a test shows. */
export const knownVersions = ['3.1.0', '3.1.1'] as const

export function isKnown(version: string): boolean {
  return knownVersions.some((known) => known === version)
}

/** The version of sdk-metrics that this library runs with, as far as its package can be found. */
export function installedVersion(): string {
  try {
    const file = findPackageJSON('@opentelemetry/sdk-metrics', import.meta.url)
    const { version } = JSON.parse(readFileSync(file as string, 'utf8')) as { readonly version: string }
    return version
  } catch {
    // Bundled with the application.
    return 'of unknown version'
  }
}

/** Says what comes of an SDK whose inside is another one, and which is known. */
export function unknownSdk(consequence: string, version: string = installedVersion()): string {
  const known = knownVersions.join(' and ')
  return `@opentelemetry/sdk-metrics ${version} is not as it is known (${known}): ${consequence}`
}
