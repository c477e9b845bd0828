import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { UsageError } from '@tidegauge/otel/usage-error'
import { readDashboard } from '../dashboards/read.ts'
import { readText } from '../dashboards/save.ts'
import type { Prometheus } from '../server/server.ts'
import { HeadlessBrowser } from './browser/devtools.ts'
import { findBrowser } from './browser/find.ts'
import { takePicture } from './browser/picture.ts'
import type { Theme } from './colors.ts'
import { type Rendered, renderDashboard } from './render.ts'
import { momentOf } from './time.ts'

export interface RenderFileOptions {
  /** The dashboard. */
  readonly file: string
  /** Connects to where the data comes from; called when everything else is known to be in order. */
  readonly connect: () => Promise<Prometheus>
  /** Where the page goes. @default none is kept */
  readonly out?: string | undefined
  /** Where the picture goes. @default none is taken */
  readonly png?: string | undefined
  /** As Grafana's time picker takes it. */
  readonly from: string
  readonly to: string
  readonly variables: ReadonlyMap<string, readonly string[]>
  readonly theme: Theme
  readonly widthPx: number
  /** The browser that the user names. */
  readonly browser?: string | undefined
  /** Folders to look for a browser in, as the variable PATH lists them. */
  readonly searchPath: string
  readonly now: Date
}

/**
 * Draws the dashboard of a file into a page, a picture or both.
 *
 * @throws an error of type `usage` for a file that is not a dashboard, a Prometheus that does not answer, a browser that
 * is missing, and a place that cannot be written to.
 */
export async function renderFile(options: RenderFileOptions): Promise<Rendered> {
  const { file, out, png, variables, theme, widthPx, now } = options
  const dashboard = readDashboard({ file, text: await readText(file) })
  const [from, to] = [momentOf(options.from, now), momentOf(options.to, now, 'to')]
  if (from >= to) throw new UsageError(`--from ${options.from} is not before --to ${options.to}; swap them`)
  const unknown = [...variables.keys()].find(
    (name) => !dashboard.variables.some((variable) => variable.name === name),
  )
  if (unknown !== undefined) {
    const names = dashboard.variables.map(({ name }) => name).join(', ') || 'none'
    throw new UsageError(`--var ${unknown}: ${file} has no such variable; it has ${names}`)
  }
  for (const path of [out, png]) if (path !== undefined) await refuseMissingFolder(path)
  const program =
    png === undefined ? undefined : findBrowser({ named: options.browser, searchPath: options.searchPath })
  const prometheus = await options.connect()
  const rendered = await renderDashboard({ dashboard, prometheus, from, to, variables, theme, widthPx })
  if (out !== undefined) await write(out, rendered.html)
  if (png !== undefined && program !== undefined)
    await write(png, await pictureOf(rendered.html, program, widthPx))
  return rendered
}

async function pictureOf(page: string, program: string, widthPx: number): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'tidegauge-page-'))
  try {
    const file = join(folder, 'page.html')
    await writeFile(file, page)
    await using browser = await HeadlessBrowser.start({ program })
    const { png } = await takePicture(browser, { file, widthPx })
    return png
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Better before the work than after it. */
async function refuseMissingFolder(path: string): Promise<void> {
  const folder = await stat(dirname(path)).catch(() => undefined)
  if (folder?.isDirectory() !== true) {
    throw new UsageError(`${path} cannot be written: there is no folder ${dirname(path)}; make it first`)
  }
}

async function write(path: string, content: string | Buffer): Promise<void> {
  try {
    await writeFile(path, content)
  } catch (cause) {
    throw new UsageError(`${path} cannot be written: ${reason(cause)}`, { cause })
  }
}

function reason(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EISDIR: 'it is a folder',
    EACCES: 'no permission',
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full',
  }
  return known[code ?? ''] ?? message
}
