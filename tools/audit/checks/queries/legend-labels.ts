/** The labels that a legend names, as in `{{job}}`. */
export function legendLabels(legend: string): readonly string[] {
  return [...legend.matchAll(/\{\{\s*([^{}\s]+)\s*\}\}/g)].map(([, label = '']) => label)
}
