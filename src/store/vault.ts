import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Secret } from '../core/config/secret.ts'
import { AppError } from '../core/errors.ts'
import type { Vault } from '../core/ports.ts'
import { keyFromFile, keyFromText } from './secret-key.ts'

type VaultOptions = {
  readonly dataDir: string
  /** What OMNI2_SECRET_KEY says; absent: the key file in the data directory, made on first use. */
  readonly secretKey: Secret | undefined
  /** To read what was sealed before: a new key would be the wrong one. */
  readonly mustExist?: true
}

/** The one way to get a vault. @throws AppError 'unavailable' when the key file cannot be read or made. */
export async function openVault({ dataDir, secretKey, mustExist }: VaultOptions): Promise<Vault> {
  return new AesVault(secretKey ? await keyFromText(secretKey) : await keyFromFile(dataDir, { mustExist }))
}

/** Names the way of sealing, so that another can be added beside it; also authenticated. */
const VERSION = 'v1'
const IV_BYTES = 12
const TAG_BYTES = 16

/** AES-256-GCM: `v1.` and the base64 of IV, tag and ciphertext. */
export class AesVault implements Vault {
  readonly #key: Buffer

  /** @throws RangeError unless the key has 32 bytes. */
  constructor(key: Buffer) {
    if (key.length !== 32) throw new RangeError('The key must have 32 bytes')
    this.#key = key
  }

  seal(plain: string): string {
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv).setAAD(Buffer.from(VERSION))
    const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
    return `${VERSION}.${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64')}`
  }

  open(sealed: string): string {
    const [version, text, ...more] = sealed.split('.')
    if (version !== VERSION || text === undefined || more.length > 0) {
      throw new AppError('unavailable', 'Stored credentials are in a format this version of Omni2 does not know')
    }
    const bytes = Buffer.from(text, 'base64')
    const iv = bytes.subarray(0, IV_BYTES)
    const tag = bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES)
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, iv, { authTagLength: TAG_BYTES })
      decipher.setAAD(Buffer.from(VERSION)).setAuthTag(tag)
      return decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
    } catch (cause) {
      throw new AppError(
        'unavailable',
        'Stored credentials cannot be decrypted: the key is not the one they were stored with. Set OMNI2_SECRET_KEY as it was then, or restore omni2.key in the data directory.',
        { cause },
      )
    }
  }
}
