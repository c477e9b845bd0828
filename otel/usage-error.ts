import { maskSecrets } from './mask.ts'

/**
 * Wrong use: a flag, a file, a variable or a setting that cannot be used. The message is one line that says where,
 * what is wrong and how to mend it; a command shows it as it is and exits with 2. Secrets in it are masked.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly type = 'usage'

  constructor(message: string, options?: ErrorOptions) {
    super(maskSecrets(message), options)
  }
}
