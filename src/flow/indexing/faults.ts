import { InvalidError } from '../../model/errors.ts'

/** Whether a failure is one that trying again does not help: bad data, or a bug of this program. */
export function isFatal(error: unknown): boolean {
  return error instanceof InvalidError || isBug(error)
}

export function isBug(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError
}
