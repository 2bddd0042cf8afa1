import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AddressPolicy, judgeAddress, judgeUrl, parseCidr } from './address-rules.ts'

const LOCAL: AddressPolicy = { allowLoopback: true, allow: [], deny: [] }
const EXPOSED: AddressPolicy = { allowLoopback: false, allow: [], deny: [] }
const OPEN: AddressPolicy = { allowLoopback: true, allow: ['0.0.0.0/0', '::/0'].map(parseCidr), deny: [] }

const allowed = (address: string, policy = LOCAL, trust: 'admin' | 'upstream' = 'admin') =>
  judgeAddress(address, policy, trust).allowed

const NEVER = [
  '169.254.169.254',
  '169.254.0.1',
  'fe80::1',
  'fe80::1%eth0',
  'fd00:ec2::254',
  'fd20:ce::254',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  '0.0.0.0',
  '0.1.2.3',
  '::',
  '224.0.0.1',
  'ff02::1',
  '255.255.255.255',
]

describe('an address', () => {
  test.each(NEVER)('%s is never allowed, whatever the allow list says', (address) => {
    expect(allowed(address)).toBe(false)
    expect(allowed(address, OPEN)).toBe(false)
  })

  test.each(['240.0.0.1', '192.0.2.1', '198.18.0.1', '2001:db8::1', 'fec0::1', '100::1', '64:ff9b:1::a00:1'])(
    '%s is reserved: only an allow list opens it',
    (address) => {
      expect(allowed(address)).toBe(false)
      expect(allowed(address, OPEN)).toBe(true)
    },
  )

  test.each(['127.0.0.1', '127.255.0.9', '::1', '::ffff:127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::', '::7f00:1'])(
    '%s is loopback: for an admin, while we are on loopback ourselves',
    (address) => {
      expect(allowed(address)).toBe(true)
      expect(allowed(address, EXPOSED)).toBe(false)
      expect(allowed(address, LOCAL, 'upstream')).toBe(false)
      expect(allowed(address, { ...EXPOSED, allow: ['127.0.0.0/8', '::1'].map(parseCidr) })).toBe(true)
    },
  )

  test.each(['10.0.0.1', '172.16.0.1', '192.168.1.1', '100.64.0.1', 'fd12::1', '::ffff:10.0.0.1', '64:ff9b::a00:1'])(
    '%s is private: an admin may name it, an upstream may not',
    (address) => {
      expect(allowed(address, EXPOSED)).toBe(true)
      expect(allowed(address, EXPOSED, 'upstream')).toBe(false)
    },
  )

  const PUBLIC = [
    '1.1.1.1',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
    '::ffff:0:808:808',
    '64:ff9b::808:808',
    '2002:808:808::1',
  ]
  test.each(PUBLIC)('%s is public', (address) => {
    expect(allowed(address, EXPOSED, 'upstream')).toBe(true)
  })

  test('a Teredo address is judged by its relay and by its inverted client', () => {
    expect(allowed('2001:0:808:808:0:0:f5ff:fffe', EXPOSED, 'upstream')).toBe(false) // client 10.0.0.1
    expect(allowed('2001:0:7f00:1:0:0:f7f7:f7f7', EXPOSED)).toBe(false) // relay 127.0.0.1
    expect(allowed('2001:0:808:808:0:0:f7f7:f7f7', EXPOSED, 'upstream')).toBe(true) // 8.8.8.8 both
  })

  test('a denied network wins over an allowed one, also inside another address', () => {
    const policy: AddressPolicy = { ...OPEN, deny: [parseCidr('10.1.0.0/16')] }
    expect(allowed('10.1.2.3', policy)).toBe(false)
    expect(allowed('::ffff:10.1.2.3', policy)).toBe(false)
    expect(allowed('10.2.2.3', policy)).toBe(true)
  })

  test('what is no address is refused', () => {
    expect(allowed('localhost')).toBe(false)
    expect(allowed('')).toBe(false)
  })
})

test('any IPv4 address is judged the same however it is wrapped', () => {
  const byte = fc.integer({ min: 0, max: 255 })
  const hex = (bytes: readonly number[]) => bytes.map((b) => b.toString(16).padStart(2, '0')).join('')
  fc.assert(
    fc.property(fc.tuple(byte, byte, byte, byte), fc.boolean(), (bytes, allowLoopback) => {
      const policy = { ...LOCAL, allowLoopback }
      const plain = allowed(bytes.join('.'), policy)
      const [high, low] = [hex(bytes.slice(0, 2)), hex(bytes.slice(2))]
      for (const form of [`::ffff:${high}:${low}`, `64:ff9b::${high}:${low}`, `2002:${high}:${low}::1`]) {
        expect(allowed(form, policy)).toBe(plain)
      }
    }),
    { numRuns: 500 },
  )
})

describe('a URL', () => {
  const metadata = [
    '2852039166',
    '0xa9fea9fe',
    '0251.0376.0251.0376',
    '169.254.43518',
    '0xa9.0xfe.0xa9.0xfe',
    '１６９.254.169.254',
    '[::ffff:a9fe:a9fe]',
    '[::ffff:169.254.169.254]',
    '[64:ff9b::a9fe:a9fe]',
    '169.254.169.254.',
  ]
  test.each(metadata)('http://%s/ is the metadata service in another spelling', (host) => {
    expect(judgeUrl(`http://${host}/latest`, LOCAL).allowed).toBe(false)
  })

  test.each([
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1:8080/',
    'http://[::1]:1/',
    'http://１２７.１/',
  ])('%s is loopback in another spelling', (url) => {
    expect(judgeUrl(url, LOCAL).allowed).toBe(true)
    expect(judgeUrl(url, EXPOSED).allowed).toBe(false)
  })

  test.each(['ftp://1.1.1.1/', 'file:///etc/passwd', 'javascript:alert(1)', 'not a url', ''])(
    '%s is refused',
    (url) => {
      expect(judgeUrl(url, LOCAL).allowed).toBe(false)
    },
  )

  test('a name is judged when it is dialled', () => {
    expect(judgeUrl('https://mcp.example.com/mcp', EXPOSED).allowed).toBe(true)
  })
})

test.each([
  ['nowhere', LOCAL, 'nowhere is not an IP address'],
  ['10.0.0.1', { ...LOCAL, deny: [parseCidr('10.0.0.0/8')] }, 'its network is denied'],
  ['169.254.169.254', LOCAL, 'link-local and metadata addresses are never allowed'],
  ['224.0.0.1', LOCAL, 'it is multicast'],
  ['240.0.0.1', LOCAL, 'it is reserved'],
  ['127.0.0.1', EXPOSED, 'loopback is only allowed while Omni2 itself listens on loopback, or by OMNI2_ALLOW_NETWORKS'],
])('a refusal of %s says why', (address, policy, why) => {
  expect(judgeAddress(address, policy, 'admin')).toEqual({ allowed: false, why })
})

test('a server that leads us elsewhere, and a URL that is none of ours, are told so', () => {
  const why = 'a server may not lead us into a private network'
  expect(judgeAddress('10.0.0.1', LOCAL, 'upstream')).toEqual({ allowed: false, why })
  expect(judgeUrl('ftp://1.1.1.1/', LOCAL)).toEqual({ allowed: false, why: 'only http and https are spoken' })
  expect(judgeUrl('nonsense', LOCAL)).toEqual({ allowed: false, why: 'it is not a URL' })
})

test.each(['100.100.100.201', '192.0.0.193', '168.63.129.17', 'fd20:ce::255', 'fd00:ec2::253'])(
  '%s lies beside a metadata service and is none',
  (address) => {
    expect(judgeAddress(address, OPEN, 'admin')).toEqual({ allowed: true })
  },
)

test('an address alone is a network of its own, and space around it is no matter', () => {
  expect(parseCidr(' 10.0.0.1 ')[1]).toBe(32)
  expect(parseCidr('fd00::1')[1]).toBe(128)
  expect(parseCidr(' 10.0.0.0/8 ')[1]).toBe(8)
})

test('a network that is none is refused with a message', () => {
  expect(() => parseCidr('10.0.0.0/64')).toThrow('"10.0.0.0/64" is not a network such as 10.0.0.0/8')
  expect(() => parseCidr('example.com')).toThrow(RangeError)
})
