/**
 * Writes a path of Express as the route template that people know from API documents: `/repos/:did` becomes
 * `/repos/{did}`, a wildcard `/files/*path` becomes `/files/{*path}`, an optional part `{/:lang}` becomes `[/{lang}]`.
 * A regular expression stays as it is written in the source.
 */
export function routeTemplate(path: string | RegExp): string {
  const known = templates.get(path)
  if (known !== undefined) return known
  const template = typeof path === 'string' ? path.replaceAll(token, replacement) : String(path)
  templates.set(path, template)
  return template
}

/** The template of a route below the template of the path that its router is mounted at. */
export function joinTemplates(mount: string, route: string): string {
  if (mount === '') return route
  return route === '/' ? mount : mount + route
}

/** As many as the application has routes. */
const templates = new Map<string | RegExp, string>()

/** What means something in a path of path-to-regexp 8. */
const token =
  /\\(?<literal>.)|(?<sigil>[:*])(?:"(?<quoted>(?:\\.|[^"\\])+)"|(?<name>[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*))|(?<brace>[{}])/gsu

function replacement(...match: readonly unknown[]): string {
  const { literal, sigil, quoted, name, brace } = match.at(-1) as Readonly<Record<string, string | undefined>>
  if (literal !== undefined) return literal
  if (brace !== undefined) return brace === '{' ? '[' : ']'
  return `{${sigil === '*' ? '*' : ''}${name ?? quoted?.replaceAll(/\\(.)/gs, '$1')}}`
}
