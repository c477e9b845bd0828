import type { Lowering } from '../lower.ts'

export interface RustLowering extends Lowering {
  /** The type whose `impl` is read. */
  around: { readonly type: string | undefined; readonly isTrait: boolean }
  /** How many macros stand inside of each other. */
  depth: number
}
