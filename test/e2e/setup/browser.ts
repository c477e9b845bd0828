import { findBrowser } from '../../../tools/render/browser/find.ts'
import { debianProgram } from './debian.ts'

/** Path of a browser of the Chromium family, installed when there is none. */
export async function browserProgram(onInstall?: () => void): Promise<string> {
  try {
    return findBrowser({ searchPath: process.env.PATH ?? '' })
  } catch {
    return debianProgram('chromium', { ...(onInstall && { onInstall }) })
  }
}
