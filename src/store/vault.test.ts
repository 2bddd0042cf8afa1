import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Secret } from '../core/config/secret.ts'
import { AesVault, openVault } from './vault.ts'

const home = { dataDir: '' }
beforeEach(async () => {
  home.dataDir = await mkdtemp(join(tmpdir(), 'omni2-vault-'))
})
afterEach(() => rm(home.dataDir, { recursive: true, force: true }))

const withText = (text: string) => openVault({ ...home, secretKey: new Secret(text) })
const withFile = () => openVault({ ...home, secretKey: undefined })

test('what was sealed opens again, and seals differently each time', async () => {
  const vault = await withFile()
  const [one, two] = [vault.seal('pässword'), vault.seal('pässword')]
  expect(one).toMatch(/^v1\.[A-Za-z0-9+/]+=*$/)
  expect(one).not.toBe(two)
  expect([vault.open(one), vault.open(two), vault.open(vault.seal(''))]).toEqual(['pässword', 'pässword', ''])
})

test('a changed ciphertext does not open', async () => {
  const vault = await withFile()
  const bytes = Buffer.from(vault.seal('password').slice(3), 'base64')
  for (const index of bytes.keys()) {
    const changed = Buffer.from(bytes)
    changed.writeUInt8(bytes.readUInt8(index) ^ 1, index)
    expect(() => vault.open(`v1.${changed.toString('base64')}`)).toThrow('cannot be decrypted')
  }
  expect(() => vault.open('v1.')).toThrow('cannot be decrypted')
  expect(() => vault.open(`v2.${bytes.toString('base64')}`)).toThrow('format')
})

test('another key does not open it, and says where the right one is set', async () => {
  const sealed = (await withText('correct horse battery')).seal('password')
  expect(() => new AesVault(Buffer.alloc(32)).open(sealed)).toThrow(/OMNI2_SECRET_KEY.*omni2\.key/)
})

test('the same text is the same key; 32 bytes in base64 are the key itself', async () => {
  const sealed = (await withText('correct horse battery')).seal('password')
  expect((await withText('correct horse battery')).open(sealed)).toBe('password')
  const key = Buffer.alloc(32, 7)
  for (const encoding of ['base64', 'base64url'] as const) {
    expect((await withText(key.toString(encoding))).open(new AesVault(key).seal('password'))).toBe('password')
  }
  expect(await readdir(home.dataDir)).toEqual([])
})

test('the key file is made once, whole, for this user only, even by two at once', async () => {
  const vaults = await Promise.all([withFile(), withFile(), withFile()])
  const sealed = vaults.map((vault) => vault.seal('password'))
  const later = await withFile()
  expect(sealed.map((text) => later.open(text))).toEqual(['password', 'password', 'password'])
  expect(await readdir(home.dataDir)).toEqual(['omni2.key'])
  expect((await stat(join(home.dataDir, 'omni2.key'))).mode & 0o777).toBe(0o600)
  expect(Buffer.from(await readFile(join(home.dataDir, 'omni2.key'), 'utf8'), 'base64')).toHaveLength(32)
})

test('a key file that holds no key is refused and left alone', async () => {
  const path = join(home.dataDir, 'omni2.key')
  await writeFile(path, 'short')
  await expect(withFile()).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining(path) })
  expect(await readFile(path, 'utf8')).toBe('short')
})
