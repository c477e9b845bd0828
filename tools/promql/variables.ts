/** A reference to a Grafana variable in a text. */
export interface VariableReference {
  /** `job` of `$job`, `${job}`, `${job:regex}`, `${job.text}` and `[[job]]`. */
  readonly name: string
  readonly from: number
  readonly to: number
}

/** Finds the variables that Grafana would fill in. `$1` is none: it is a group of `label_replace`. */
export function findVariables(text: string): readonly VariableReference[] {
  if (!mayHaveVariables(text)) return []
  return Array.from(text.matchAll(reference), (match) => ({
    name: match[1] ?? match[2] ?? match[3] ?? '',
    from: match.index,
    to: match.index + match[0].length,
  }))
}

export function mayHaveVariables(text: string): boolean {
  return text.includes('$') || text.includes('[[')
}

/** Source of a pattern of one reference, which looks no more than some words ahead for its end, for scanners that continue from it. */
export const referencePattern =
  /\$([a-zA-Z_]\w*)|\$\{([a-zA-Z_]\w*)(?:\.[^:}]{1,200})?(?::[^}]{0,200})?\}|\[\[([a-zA-Z_]\w*)(?::[^\]]{0,200})?\]\]/
    .source

const reference = new RegExp(referencePattern, 'g')
