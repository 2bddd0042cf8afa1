import { randomBytes } from 'node:crypto'
import pg from 'pg'

/** Databases that tests make on one PostgreSQL server, and drop. */
export class PostgresDatabases {
  readonly #url: string
  readonly #made: string[] = []

  /** `url` of any database there, with a user who may make others. */
  constructor(url: string) {
    this.#url = url
  }

  /** Makes an empty one and gives its URL. */
  async fresh(): Promise<string> {
    const name = `omni2_test_${randomBytes(6).toString('hex')}`
    await this.query(`create database ${name}`)
    this.#made.push(name)
    const fresh = new URL(this.#url)
    fresh.pathname = `/${name}`
    return fresh.href
  }

  async dropAll(): Promise<void> {
    for (const name of this.#made.splice(0)) await this.query(`drop database if exists ${name} with (force)`)
  }

  async query(text: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url })
    await client.connect()
    try {
      await client.query(text)
    } finally {
      await client.end()
    }
  }
}
