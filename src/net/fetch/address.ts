import { BlockList, isIP } from 'node:net'

/** Which network addresses strangers may make us connect to. */
export interface AddressPolicy {
  /** Lets the loopback addresses of this machine in, and http to them. */
  readonly allowLoopback: boolean
}

/**
 * Tells whether an address belongs to the public internet, or to loopback where that is allowed. An address that is
 * private, link-local, shared or reserved, or is translated to one that is, does not.
 */
export function isCallable(address: string, { allowLoopback }: AddressPolicy): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  if (loopback.check(address, family)) return allowLoopback
  return isIP(address) !== 0 && !closed.check(address, family)
}

export function isLoopback(address: string): boolean {
  return isIP(address) !== 0 && loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

const loopback = blockList(['127.0.0.0/8', '::1/128'])

// IPv4 addresses written as IPv6 ones (::ffff:0:0/96) are checked against the IPv4 ranges.
const closed = blockList([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
])

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/')
    list.addSubnet(network, Number(prefix), isIP(network) === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}
