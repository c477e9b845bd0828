import { createHash } from 'node:crypto'
import type { JsonSchema } from './json-schema.ts'
import type { OpenApi } from './openapi.ts'
import { type OutlinedRoute, outline, typeName } from './outline.ts'
import { type ProblemType, problemNames, problemTypes, problemUri } from './problem-types.ts'

/**
 * The API as one page, without scripts and without anything to load.
 *
 * @returns the page, and the hash that lets a browser apply its style (CSP `style-src`).
 */
export function docsPage(document: OpenApi): { readonly html: string; readonly styleHash: string } {
  const groups = outline(document)
  const schemas = Object.entries(
    (document.components.schemas ?? {}) as Readonly<Record<string, JsonSchema>>,
  ).filter(([name]) => !name.endsWith('Problem'))
  const menu = groups.map(
    ({ name, routes }) =>
      `<h2>${html(name)}</h2><ul>${routes.map(({ name, anchor }) => `<li><a href="#${anchor}">${html(name)}</a>`).join('')}</ul>`,
  )
  const page = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Tidegauge API</title><style>${style}</style>
<nav>${menu.join('')}<h2><a href="#schemas">Schemas</a></h2><h2><a href="#problems">Problems</a></h2></nav>
<main><h1>Tidegauge API ${html(String(document.info.version))}</h1>
<p>${inline(String(document.info.description))} The same as a document: <a href="/openapi.json">/openapi.json</a>, OpenAPI ${document.openapi}.</p>
${groups.map(({ name, routes }) => `<section><h2>${html(name)}</h2>${routes.map(routeHtml).join('')}</section>`).join('\n')}
<section id="schemas"><h2>Schemas</h2>${schemas.map(schemaHtml).join('')}</section>
<section id="problems"><h2>Problems</h2>${problemNames.map(problemHtml).join('')}</section>
</main></html>
`
  return { html: page, styleHash: `sha256-${createHash('sha256').update(style).digest('base64')}` }
}

function routeHtml({ name, anchor, route, inputs, answers, problems, examples }: OutlinedRoute): string {
  return `<article id="${anchor}"><h3><code>${html(name)}</code></h3>
<p>${inline(route.summary)}${route.description ? ` ${inline(route.description)}` : ''}</p>
${table(inputs.map(({ name, place, type, isRequired, description }) => [`<code>${html(name)}</code>${isRequired ? ' *' : ''}`, place, `<code>${html(type)}</code>`, inline(description)]))}
${table([
  ...answers.map(({ status, description, body }) => [
    status,
    inline(description),
    body && `<code>${html(body)}</code>`,
  ]),
  ...problems.map(({ status, description }) => [status, inline(description), '']),
])}
${examples.map(({ title, command }) => `<p>${inline(title)}:</p><pre>${html(command)}</pre>`).join('')}</article>
`
}

function schemaHtml([name, schema]: readonly [string, JsonSchema]): string {
  const fields = Object.entries((schema.properties ?? {}) as Readonly<Record<string, JsonSchema>>)
  const required = (schema.required ?? []) as readonly string[]
  return `<article id="schema-${name}"><h3><code>${name}</code></h3>${table(
    fields.map(([field, of]) => [
      `<code>${html(field)}</code>${required.includes(field) ? ' *' : ''}`,
      `<code>${html(typeName(of))}</code>`,
      inline(String(of.description ?? '')),
    ]),
  )}</article>`
}

function problemHtml(name: (typeof problemNames)[number]): string {
  const { status, title, meaning, mend, more }: ProblemType = problemTypes[name]
  const members = more
    ? ` It also tells ${Object.keys(more)
        .map((key) => `<code>${key}</code>`)
        .join(' and ')}.`
    : ''
  return `<article id="${problemUri(name).split('#')[1]}"><h3>${status} ${html(title)}</h3>
<p><code>${problemUri(name)}</code></p><p>${inline(meaning)}${members}</p><p>${inline(mend)}</p></article>`
}

function table(rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  return `<table>${rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}`).join('')}`).join('')}</table>`
}

function html(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** Text with code in backticks. */
function inline(text: string): string {
  return html(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>')
}

const style = `:root{color-scheme:light dark}
body{margin:0;font:15px/1.5 system-ui,sans-serif;display:grid;grid-template-columns:19rem minmax(0,1fr)}
nav{padding:1rem;height:100vh;box-sizing:border-box;overflow:auto;position:sticky;top:0;border-right:1px solid #8884;font-size:13px}
nav ul{list-style:none;padding:0;margin:0}nav h2{font-size:1em;margin:1em 0 .2em}a{color:inherit}
main{padding:1rem 2rem 30vh;max-width:60rem}
article{border-top:1px solid #8884;padding:.5rem 0}article:target{background:#fc03}
code,pre{font:13px ui-monospace,monospace}pre{background:#8882;padding:.6rem;overflow:auto}
table{border-collapse:collapse;width:100%;margin:.5rem 0}td{border:1px solid #8884;padding:.2rem .5rem;vertical-align:top;overflow-wrap:break-word}
@media(max-width:50rem){body{display:block}nav{position:static;height:auto}}`
