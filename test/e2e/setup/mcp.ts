import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { debianProgram } from './debian.ts'
import { npmFolder, preparedFolder } from './npm-folder.ts'

const execute = promisify(execFile)

/** Where the official clients of MCP are. */
export interface McpPrograms {
  /** The folder whose node_modules has those for JavaScript, and the inspector. */
  readonly folder: string
  /** A Python that has the one for Python. */
  readonly python: string
}

/** Installs the official clients of MCP outside of this repository, unless they are there. */
export async function mcpPrograms(onInstall: () => void = () => {}): Promise<McpPrograms> {
  const [folder, environment] = await Promise.all([npmFolder('mcp', onInstall), pythonFolder(onInstall)])
  return { folder, python: join(environment, 'bin', 'python') }
}

async function pythonFolder(onInstall: () => void): Promise<string> {
  const manifest = join(import.meta.dirname, '..', 'mcp')
  return preparedFolder(
    { name: 'mcp-python', manifest, files: ['requirements.txt'], onInstall },
    async (work) => {
      const python = await debianProgram('python3', { package: 'python3-venv', onInstall })
      await execute(python, ['-m', 'venv', work])
      await execute(join(work, 'bin', 'python'), [
        '-m',
        'pip',
        'install',
        '-q',
        '-r',
        join(work, 'requirements.txt'),
      ])
    },
  )
}
