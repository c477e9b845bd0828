import { UsageError } from './usage-error.ts'

/** What is asked for needs an optional peer of this library that is not installed. */
export class MissingPackageError extends UsageError {
  readonly packageName: string

  constructor(packageName: string, purpose: string, options: ErrorOptions) {
    super(`${purpose} needs a package that is not installed: npm install ${packageName}`, options)
    this.packageName = packageName
  }
}

/**
 * Loads a module that needs an optional peer of this library.
 *
 * @param purpose what needs it, to begin the message with.
 * @throws {MissingPackageError} when the package is not installed.
 * @throws whatever else keeps it from being loaded.
 */
export async function importOptional<Module>(
  packageName: string,
  purpose: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    throw isMissing(error, packageName)
      ? new MissingPackageError(packageName, purpose, { cause: error })
      : error
  }
}

/** The package itself is not found, rather than one that it needs. */
function isMissing(error: unknown, packageName: string): boolean {
  const { code, message } = error as NodeJS.ErrnoException
  return code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${packageName}'`)
}
