/**
 * Names of the dashboard variables that a text uses: `$name`, `${name:format}`, `[[name]]`. Grafana's own
 * (`$__rate_interval`) and the groups of regular expressions (`$1`) are left out.
 */
export function variablesIn(text: string): readonly string[] {
  if (!text.includes('$') && !text.includes('[[')) return []
  return [
    ...text.matchAll(/\$(\w+)|\$\{(\w+)(?:\.[^:}^]{1,200})?(?::[^}]{1,200})?\}|\[\[(\w+)(?::\w+)?\]\]/g),
  ]
    .map(([, plain, braced, bracketed]) => plain ?? braced ?? bracketed ?? '')
    .filter((name) => !/^(__|\d)/.test(name))
}
