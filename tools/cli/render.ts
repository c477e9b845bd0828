import { basename } from 'node:path'
import { UsageError } from '@tidegauge/otel/usage-error'
import type { Command } from './command.ts'
import { parseFlags } from './parse-flags.ts'
import { readHeaders } from './read-headers.ts'
import { readUrl } from './read-url.ts'

/** What was asked for, checked as far as that is possible without the files. */
export interface RenderRequest {
  readonly file: string
  readonly prometheus: string
  readonly headers: Readonly<Record<string, string>>
  readonly out: string | undefined
  readonly png: string | undefined
  readonly from: string
  readonly to: string
  readonly variables: ReadonlyMap<string, readonly string[]>
  readonly theme: 'dark' | 'light'
  readonly widthPx: number
  readonly browser: string | undefined
}

export interface RenderResult {
  readonly panels: readonly {
    readonly title: string
    readonly state: 'drawn' | 'empty' | 'error' | 'undrawn'
    readonly errors: readonly string[]
  }[]
  readonly problems: readonly { readonly name: string; readonly message: string }[]
}

export interface RenderCommandOptions {
  readonly render: (request: RenderRequest) => Promise<RenderResult>
}

/** `tidegauge dashboards render FILE`: a dashboard as a page and a picture. */
export function renderCommand({ render }: RenderCommandOptions): Command {
  return {
    name: 'dashboards render',
    summary: 'Draw a Grafana dashboard with the data of a Prometheus, as one HTML page or a PNG.',
    synopsis: 'FILE --prometheus URL [FLAGS]',
    details: () => flagsHelp,
    examples: [
      {
        type: 'tidegauge dashboards render dashboards/overview.json --prometheus http://localhost:9090',
        toDo: 'Write overview.html.',
      },
      {
        type: 'tidegauge dashboards render d.json --prometheus http://localhost:9090 --png d.png --from now-6h --var job=api',
        toDo: 'Take a picture of the last six hours of one job.',
      },
    ],
    async run(args, { out, err }) {
      const request = readRequest(args)
      const { panels, problems } = await render(request)
      for (const { name, message } of problems) err(`${request.file}: variable ${name}: ${clean(message)}\n`)
      for (const { title, errors } of panels)
        for (const error of errors) err(`${request.file}: panel "${clean(title)}": ${clean(error)}\n`)
      const count = (state: string) => panels.filter((panel) => panel.state === state).length
      const rest = [
        [count('empty'), 'without data'],
        [count('error'), 'in error'],
        [count('undrawn'), 'of types that are not drawn'],
      ] as const
      const told = rest.filter(([number]) => number > 0).map(([number, what]) => `, ${number} ${what}`)
      for (const path of [request.out, request.png])
        if (path !== undefined)
          out(`${path}: ${count('drawn')} of ${panels.length} panels drawn${told.join('')}\n`)
      return problems.length > 0 || panels.some(({ errors }) => errors.length > 0) ? 1 : 0
    },
  }
}

const flagsHelp = `Flags:
  --prometheus URL           Where the data comes from: the address of a Prometheus HTTP API.
  --prometheus-header 'N: V' Sent with each request, such as 'Authorization: Bearer …'; @FILE reads them from a file. May be repeated.
  --out FILE.html            Write the page here. Without --out and --png: beside you, named for FILE.
  --png FILE.png             Take a picture of the page with Chromium or Chrome, without a window.
  --from, --to MOMENT        now-1h to now by default; as in Grafana, or ISO 8601.
  --var NAME=VALUE           Value of a variable of the dashboard; repeat it for several values; $__all is all of them.
                             An ad-hoc filter is written NAME=label=value.
  --theme dark|light         dark by default.
  --width PIXELS             1600 by default, from 400 to 7680. Decides the resolution of the queries as well.
  --browser PATH             The browser for --png; otherwise Chromium or Chrome is looked for on the PATH.

Queries that fail show in their panels; the exit code is 1 then.`

function readRequest(args: readonly string[]): RenderRequest {
  const { values, positionals } = parse(args)
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0)
    throw new UsageError(
      'dashboards render takes one file: tidegauge dashboards render FILE --prometheus URL',
    )
  if (values.prometheus === undefined)
    throw new UsageError(
      '--prometheus is missing: give the address of the Prometheus that has the data, http://localhost:9090',
    )
  const theme = values.theme ?? 'dark'
  if (theme !== 'dark' && theme !== 'light')
    throw new UsageError(`--theme ${theme}: the themes are dark and light`)
  const widthPx = Number(values.width ?? 1600)
  if (!Number.isInteger(widthPx) || widthPx < 400 || widthPx > 7680)
    throw new UsageError(`--width ${values.width}: give a whole number of pixels from 400 to 7680`)
  const page = `${basename(file).replace(/\.json$/i, '')}.html`
  return {
    file,
    prometheus: readUrl(values.prometheus, '--prometheus'),
    headers: readHeaders(values['prometheus-header'] ?? [], '--prometheus-header'),
    out: values.out ?? (values.png === undefined ? page : undefined),
    png: values.png,
    from: values.from ?? 'now-1h',
    to: values.to ?? 'now',
    variables: readVariables(values.var ?? []),
    theme,
    widthPx,
    browser: values.browser,
  }
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  const list = { type: 'string', multiple: true } as const
  return parseFlags({
    command: 'dashboards render',
    args: [...args],
    allowPositionals: true,
    options: {
      prometheus: text,
      'prometheus-header': list,
      out: text,
      png: text,
      from: text,
      to: text,
      var: list,
      theme: text,
      width: text,
      browser: text,
    },
  })
}

function readVariables(list: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const variables = new Map<string, readonly string[]>()
  for (const each of list) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(each) ?? []
    if (name === undefined || value === undefined)
      throw new UsageError(`--var ${each}: write it as name=value`)
    variables.set(name, [...(variables.get(name) ?? []), value])
  }
  return variables
}

/** Titles and messages may quote what strangers wrote. */
function clean(text: string): string {
  return text.replaceAll(/[\s\p{C}]+/gu, ' ').trim()
}
