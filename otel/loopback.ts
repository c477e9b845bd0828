import { BlockList, isIP } from 'node:net'

/** Whether what listens on a host is reached from this machine alone. A name other than `localhost` may mean anything. */
export function isLoopback(host: string): boolean {
  const version = isIP(host)
  if (version === 0) return /^localhost\.?$/i.test(host)
  return addresses.check(host, version === 6 ? 'ipv6' : 'ipv4')
}

const addresses = new BlockList()
addresses.addSubnet('127.0.0.0', 8)
addresses.addAddress('::1', 'ipv6')
