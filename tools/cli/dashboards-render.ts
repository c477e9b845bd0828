import { basename } from 'node:path'
import { processEnvironment } from '@tidegauge/otel/environment'
import { oneLine } from '@tidegauge/otel/one-line'
import { UsageError } from '@tidegauge/otel/usage-error'
import type { Rendered } from '../render/render.ts'
import type { RenderFileOptions } from '../render/render-file.ts'
import type { PrometheusOptions } from '../server/client.ts'
import type { Command, Program } from './command.ts'
import { type Flag, flagsHelp, readFlags, toggle } from './flags.ts'
import { headersOf } from './headers.ts'
import { httpUrl, InvalidValue, oneOf, text, wholeNumber } from './values.ts'

/** What was asked for, as far as it can be known without the network. */
export interface RenderRequest extends Omit<RenderFileOptions, 'connect' | 'searchPath' | 'now'> {
  readonly prometheus: PrometheusOptions
}

/** `dashboards render FILE`: a dashboard as a page and a picture. */
export function renderCommand(
  { name }: Program,
  render: (request: RenderRequest) => Promise<Rendered> = draw,
): Command {
  return {
    synopsis: 'FILE --prometheus URL [FLAGS]',
    flags,
    json: '`{"file", "written": [path], "panels": [{"title", "state", "errors"}], "problems": [{"name", "message"}]}`.',
    details: () => `${flagsHelp(flags)}\n\nQueries that fail show in their panels; the exit code is 1 then.`,
    examples: [
      {
        type: 'dashboards render dashboards/overview.json --prometheus http://localhost:9090',
        toDo: 'Write overview.html.',
      },
      {
        type: 'dashboards render d.json --prometheus http://localhost:9090 --png d.png --from now-6h --var job=api',
        toDo: 'Take a picture of the last six hours of one job.',
      },
    ],
    async run(args, { out, err }) {
      const { json, ...request } = readRequest(args, name)
      const { panels, problems } = await render(request)
      const exitCode = problems.length > 0 || panels.some(({ errors }) => errors.length > 0) ? 1 : 0
      const written = [request.out, request.png].filter((path) => path !== undefined)
      if (json) {
        const shown = panels.map(({ title, state, errors }) => ({ title, state, errors }))
        out(`${JSON.stringify({ file: request.file, written, panels: shown, problems })}\n`)
        return exitCode
      }
      for (const { name, message } of problems)
        err(`${request.file}: variable ${name}: ${oneLine(message)}\n`)
      for (const { title, errors } of panels)
        for (const error of errors) err(`${request.file}: panel "${oneLine(title)}": ${oneLine(error)}\n`)
      const count = (state: string) => panels.filter((panel) => panel.state === state).length
      const rest = [
        [count('empty'), 'without data'],
        [count('error'), 'in error'],
        [count('undrawn'), 'of types that are not drawn'],
      ] as const
      const told = rest.filter(([number]) => number > 0).map(([number, what]) => `, ${number} ${what}`)
      for (const path of written)
        out(`${path}: ${count('drawn')} of ${panels.length} panels drawn${told.join('')}\n`)
      return exitCode
    },
  }
}

const flags = {
  prometheus: {
    argument: 'URL',
    help: 'Where the data comes from: the address of a Prometheus HTTP API.',
    read: httpUrl,
  },
  'prometheus-header': {
    argument: "'NAME: VALUE'",
    help: 'Sent with each request; @FILE reads headers from a file. May be repeated.',
    read: text,
    takes: 'repeated',
    secret: true,
  },
  out: {
    argument: 'FILE.html',
    help: 'Write the page here. [without --png: in the current folder, named for FILE]',
    read: text,
  },
  png: {
    argument: 'FILE.png',
    help: 'Take a picture of the page with Chromium or Chrome, without a window.',
    read: text,
  },
  from: { argument: 'MOMENT', help: 'As in Grafana, or ISO 8601. [now-1h]', read: text },
  to: { argument: 'MOMENT', help: 'The same. [now]', read: text },
  var: {
    argument: 'NAME=VALUE',
    help: 'Value of a variable; repeat it for several; $__all is all. An ad-hoc filter: NAME=label=value.',
    read: variable,
    takes: 'repeated',
    secret: true,
  },
  theme: { argument: 'dark|light', help: 'Colours of the page. [dark]', read: oneOf(['dark', 'light']) },
  width: {
    argument: 'PIXELS',
    help: 'Decides the resolution of the queries as well. [1600]',
    read: wholeNumber(400, 7680),
  },
  json: toggle('Prints what was drawn as JSON, for programs.'),
  browser: {
    argument: 'PATH',
    help: 'The browser for --png. [Chromium or Chrome on the PATH]',
    read: text,
  },
} as const satisfies Record<string, Flag>

function readRequest(args: readonly string[], program: string): RenderRequest & { readonly json: boolean } {
  const command = `${program} dashboards render`
  const { values, words } = readFlags({ command, flags, args, allowsWords: true })
  const { prometheus: url, png, from = 'now-1h', to = 'now', theme = 'dark', width = 1600, browser } = values
  const [file, ...more] = words
  if (file === undefined || more.length > 0)
    throw new UsageError(`dashboards render takes one file: ${command} FILE --prometheus URL`)
  if (url === undefined)
    throw new UsageError(
      '--prometheus is missing: give the address of the Prometheus that has the data, http://localhost:9090',
    )
  const page = `${basename(file).replace(/\.json$/i, '')}.html`
  const variables = new Map<string, readonly string[]>()
  for (const [key, value] of values.var ?? []) variables.set(key, [...(variables.get(key) ?? []), value])
  return {
    json: values.json ?? false,
    file,
    prometheus: { url, headers: headersOf(values['prometheus-header'] ?? [], '--prometheus-header') },
    out: values.out ?? (png === undefined ? page : undefined),
    png,
    from,
    to,
    variables,
    theme,
    widthPx: width,
    browser,
  }
}

function variable(typed: string): readonly [name: string, value: string] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(typed) ?? []
  if (name === undefined || value === undefined) throw new InvalidValue('must be NAME=VALUE')
  return [name, value]
}

async function draw({ prometheus, ...request }: RenderRequest): Promise<Rendered> {
  const [{ renderFile }, { connectPrometheus }] = await Promise.all([
    import('../render/render-file.ts'),
    import('../server/client.ts'),
  ])
  const connect = () => connectPrometheus(prometheus)
  return renderFile({ ...request, connect, searchPath: processEnvironment().PATH ?? '', now: new Date() })
}
