import type { Timestamp } from '../clock.ts'
import type { CollectionId, ServerId } from '../ids.ts'

/** How one tool is offered. */
export type ToolChoice = {
  readonly on: boolean
  /** What it is called instead of `server__tool`. Without `__`, so that no joined name is ever the same. */
  readonly name: string | undefined
  /** Told instead of the server's own words. */
  readonly description: string | undefined
}

/** What of one server may be used. */
export type Part = {
  /** By the name the server gives the tool; one that it has no more stays, for when it comes back. */
  readonly tools: ReadonlyMap<string, ToolChoice>
  /** Whether the tools that `tools` does not name are on: those that the server gets later too. */
  readonly otherTools: boolean
  readonly prompts: boolean
  readonly resources: boolean
}

export type CollectionServer = Part & {
  readonly serverId: ServerId
  /** Of when it was last seen, to be told once the server is gone. */
  readonly serverName: string
}

export type CollectionConfig = {
  /** As names of servers are. */
  readonly name: string
  readonly description: string
  /** Each server once. */
  readonly servers: readonly CollectionServer[]
}

/** A chosen set of servers and their tools under one endpoint. `revision` starts at 1 and goes up with each change. */
export type Collection = {
  readonly id: CollectionId
  readonly revision: number
  readonly config: CollectionConfig
  readonly createdAt: Timestamp
  readonly updatedAt: Timestamp
}
