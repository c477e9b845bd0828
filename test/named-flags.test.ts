import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { settingKeys, variableOf } from '../src/cli/serve/settings.ts'
import { commandsOf } from '../src/cli/table.ts'
import { findFiles } from './groups.ts'

const root = join(import.meta.dirname, '..')

/** What these say of flags is not about ours: the browser, the builder of the Collector, Node, custom properties of CSS. */
const ofOthers = /^tools\/(render\/(browser|client|panels|style|html|page)|collector)/

const sources = findFiles('{otel,src,tools}/**/*.ts').filter(
  (file) => !/\.(test|fixture|conformance)\.ts$|\/testing\//.test(file) && !ofOthers.test(file),
)

describe('flags and variables', () => {
  it('that the code names in messages, helps and examples are those that there are', async () => {
    const commands = commandsOf({ name: 'tidegauge', version: '1', about: '' })
    const helps = commands.map(async ({ load }) => (await load(commands)).details?.() ?? '')
    const flags = new Set((await Promise.all(helps)).join('\n').match(flag))
    for (const general of ['--help', '--version']) flags.add(general)
    const variables = new Set(settingKeys.map(variableOf))
    const named: string[] = []
    for (const file of sources) {
      const code = withoutComments(await readFile(join(root, file), 'utf8'))
      for (const [name] of code.matchAll(flag)) if (!flags.has(name)) named.push(`${file}: ${name}`)
      for (const [name] of code.matchAll(variable)) if (!variables.has(name)) named.push(`${file}: ${name}`)
    }
    assert.deepEqual(named, [])
  })
})

const flag = /(?<![\w-])--[a-z]+(-[a-z]+)*(?![\w-]|:| ===)/g
const variable = /\bTIDEGAUGE_[A-Z]+(_[A-Z]+)*\b/g

function withoutComments(code: string): string {
  return code.replaceAll(/^\s*(\/\*\*?[\s\S]*?\*\/|\/\/.*)$/gm, '')
}
