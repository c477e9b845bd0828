import { maskSecrets } from '@tidegauge/otel/mask'
import { type Command, type Flag, type Program, readFlags } from '@tidegauge/tools/cli'
import { SharedNode } from './node/shared-node.ts'
import { nodeFlags } from './node/with-node.ts'
import { nodeHelp } from './pages.ts'

/** `mcp`: a model's program asks by stdin and stdout. */
export function mcpCommand({ name, version }: Program): Command {
  return {
    flags,
    synopsis: '[FLAGS]',
    details: () => `${nodeHelp(flags)}

Speaks the Model Context Protocol on stdin and stdout, and ends when stdin does. Programs that speak HTTP ask a running
node at /mcp of its API instead. docs/mcp.md tells how to add it to a program.`,
    examples: [
      { type: 'mcp --data /var/lib/tidegauge', toDo: 'Let a model ask the node of a data folder.' },
      { type: 'mcp --api https://node.example.org', toDo: 'Let it ask a node on another machine.' },
    ],
    async run(args, terminal) {
      const { values } = readFlags({ command: `${name} mcp`, flags, args })
      const node = new SharedNode(values)
      const { createForwardBackend } = await import('../edge/mcp/forward-backend.ts')
      const { speakStdio } = await import('../edge/mcp/stdio.ts')
      await speakStdio({
        backend: createForwardBackend(
          (ask) => node.use((api) => ask((request) => api.exchange('/mcp', request))),
          version,
        ),
        version,
        onError: (error) => terminal.err(maskSecrets(`${name}: ${error.message}\n`)),
      })
      await node.left
      return 0
    },
  }
}

const flags = nodeFlags satisfies Record<string, Flag>
