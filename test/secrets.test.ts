import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text as textOf } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { parse } from 'yaml'
import { setAt } from '../otel/configuration/config-source.ts'
import { knownVariables } from '../otel/configuration/environment.ts'
import { checkConfig, printConfig } from '../otel/configuration/print.ts'
import { maskSecrets } from '../otel/mask.ts'
import { loadConfig, shownConfig } from '../src/cli/serve/load-config.ts'
import { settingKeys, settings, variableOf } from '../src/cli/serve/settings.ts'
import { commandsOf } from '../src/cli/table.ts'
import { createRandom } from '../src/demo/random.ts'
import { runCli } from '../tools/cli/run.ts'
import { createTerminal } from '../tools/cli/terminal.ts'
import {
  assertHidden,
  broken,
  configFile,
  oneSecret,
  pathsOf,
  secrets,
  textsWith,
} from './secrets.fixture.ts'

const service = { name: 'demo', version: '1' }
const program = { name: 'tidegauge', version: '1', about: '' }
const commands = commandsOf(program)
const texts = secrets.flatMap(textsWith)
const fewTexts = textsWith(oneSecret)

/** What is said in the end, whether it works or not; a stack begins with the message. */
async function said(work: () => unknown): Promise<string> {
  try {
    return JSON.stringify(await work())
  } catch (error) {
    return (error as Error).stack ?? ''
  }
}

describe('no secret is shown that is given', () => {
  let dir: string
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'secrets-'))
  })
  after(() => rm(dir, { recursive: true }))

  /** What reading it says, printed, and checked alone. */
  const readFile = async (name: string, text: string) => {
    const file = join(dir, name)
    await writeFile(file, text)
    const environment = { OTEL_CONFIG_FILE: file }
    const flags = { token: 'a'.repeat(16) }
    return said(async () => [
      await printConfig({ service, environment, flags }),
      await checkConfig(file, { service, environment }),
    ])
  }

  it('in a text', () => {
    for (const text of texts)
      for (const shown of [
        text,
        JSON.stringify(text),
        `a: is ${JSON.stringify(text)}; b`,
        JSON.stringify({ a: text }),
      ])
        assertHidden(maskSecrets(shown), shown)
  })

  for (const variable of knownVariables)
    it(`in ${variable}`, async () => {
      for (const OTEL_EXPORTER_OTLP_PROTOCOL of variable.includes('OTLP') ? ['http/json', 'grpc'] : [''])
        for (const text of fewTexts) {
          const OTEL_METRICS_EXPORTER = 'prometheus,otlp'
          const environment = { OTEL_METRICS_EXPORTER, OTEL_EXPORTER_OTLP_PROTOCOL, [variable]: text }
          assertHidden(await said(() => printConfig({ service, environment })), text)
        }
    })

  for (const path of pathsOf(parse(configFile)))
    it(`in a file, in place of ${path.join('.')}`, async () => {
      for (const text of fewTexts) {
        const value = parse(configFile.replaceAll(/zqx/g, 'other'))
        setAt(value, path, text)
        assertHidden(await readFile('config.yaml', JSON.stringify(value)), `${path.join('.')}: ${text}`)
      }
    })

  it('in a file with a misspelt key', async () => {
    for (const word of ['bearer_token', 'headers_list', 'headers', 'value', 'password', 'scrape_auth'])
      for (let i = 0; i < word.length; i++)
        for (const wrong of [word.slice(0, i) + word.slice(i + 1), `${word.slice(0, i)}x${word.slice(i)}`]) {
          const text = configFile.replaceAll(word, wrong)
          assertHidden(await readFile('config.yaml', text), text)
        }
  })

  it('in a file with a fault of syntax', async () => {
    const random = createRandom('secrets')
    for (let i = 0; i < 1000; i++) {
      const text = broken(configFile, random)
      assertHidden(await readFile('config.yaml', text), text)
    }
  })

  for (const key of settingKeys)
    it(`in the setting ${key} of the service`, async () => {
      const variable = variableOf(key)
      const { secret } = settings[key] as { secret?: boolean }
      for (const text of secret ? [...fewTexts, ...secrets, 'zqx'.repeat(8)] : fewTexts) {
        for (const name of [variable, `${variable}X`, variable.slice(0, -1)])
          assertHidden(await said(() => shownConfig(loadConfig([], { [name]: text }))), `${name}=${text}`)
      }
    })

  for (const { name, load } of commands)
    it(`to ${name}, by a flag or one that there is not, or beside it`, async () => {
      const help = (await load(commands)).details?.() ?? ''
      const flags = [...help.matchAll(/^ +(--[a-z-]+) .*(?:URL|TOKEN|VALUE)/gm)].map(([, flag = '']) => flag)
      for (const flag of [...flags, '--no-such-flag'])
        for (const text of flag.endsWith('header') ? ['X-Api-Key: zqx\u2026', 'zqx'] : fewTexts)
          assertHidden(await saidBy(sameFlags[name] ?? name, [flag, text]), `${name} ${flag} ${text}`)
      for (const flag of name === 'audit' ? ['--header', '--prometheus-header'] : [])
        assertHidden(await saidBy(name, [flag, 'X-Api-Key:', 'zqx']), `${name} ${flag} X-Api-Key: zqx`)
    })
})

/** In place of commands that run until they are ended: what reads the same flags. */
const sameFlags: Readonly<Record<string, string>> = { serve: 'config print', mcp: 'repos' }

/** All that a command writes. */
async function saidBy(name: string, args: readonly string[]): Promise<string> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const terminal = createTerminal({ program: program.name, stdout, stderr, onFailure: () => {} })
  const written = Promise.all([textOf(stdout), textOf(stderr)])
  await runCli([...name.split(' '), ...args], { program, commands, terminal })
  stdout.end()
  stderr.end()
  return (await written).join('')
}
