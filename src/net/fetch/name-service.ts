import { Resolver as NameServers } from 'node:dns/promises'
import type { ResolvedAddress, Resolver } from './connector.ts'
import { isUnknownName } from './failure.ts'

/**
 * Asks the name servers of the operating system, but not through it: its own look-ups share the four threads of this
 * process with everything that reads files, and four names that nobody answers for would keep all of them busy. Names
 * are taken as they are: what is in `/etc/hosts`, or has a search domain to be added, is no stranger's.
 */
export function createNameService(
  servers: NameServers = new NameServers({ timeout: 1000, tries: 2 }),
): Resolver {
  return async (hostname) => {
    const [four, six] = await Promise.allSettled([servers.resolve4(hostname), servers.resolve6(hostname)])
    const addresses: ResolvedAddress[] = []
    if (four.status === 'fulfilled') for (const address of four.value) addresses.push({ address, family: 4 })
    if (six.status === 'fulfilled') for (const address of six.value) addresses.push({ address, family: 6 })
    if (addresses.length > 0) return addresses
    // That there is no address of one kind is no news where the look-up of the other has failed.
    const failures = [four, six].flatMap((asked) => (asked.status === 'rejected' ? [asked.reason] : []))
    throw failures.find((failure) => !isUnknownName(failure)) ?? failures[0]
  }
}
