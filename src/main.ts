#!/usr/bin/env node
import { type Program, runProgram } from '@tidegauge/tools/cli'
import manifest from '../package.json' with { type: 'json' }
import { ownCatalog } from './cli/own-catalog.ts'
import { commandsOf } from './cli/table.ts'

const program: Program = {
  name: 'tidegauge',
  version: manifest.version,
  about:
    'tidegauge keeps a verified, searchable copy of AT Protocol repositories and measures every part of it.',
  own: ownCatalog,
}

await runProgram(program, commandsOf(program))
