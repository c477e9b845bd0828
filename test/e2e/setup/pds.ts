import { npmFolder } from './npm-folder.ts'

/**
 * Installs the real PDS and PLC outside of this repository, unless they are there.
 *
 * @returns the folder whose node_modules has both.
 */
export function pdsFolder(onInstall?: () => void): Promise<string> {
  return npmFolder('pds', onInstall)
}
