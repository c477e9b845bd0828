export interface RuleFile {
  readonly file: string
  readonly groups: readonly RuleGroup[]
}

export interface RuleGroup {
  readonly name: string
  readonly intervalMs: number | undefined
  readonly line: number
  readonly rules: readonly Rule[]
}

export interface Rule {
  readonly kind: 'alert' | 'record'
  readonly name: string
  readonly expr: string
  /** Of the rule; that of its expression is `exprLine`. */
  readonly line: number
  readonly exprLine: number
  readonly forMs: number | undefined
  readonly labels: ReadonlyMap<string, string>
  readonly annotations: ReadonlyMap<string, string>
}
