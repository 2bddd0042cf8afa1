import type { ComponentType } from 'react'
import { CheckedCell, NameCell, ProtocolCell, ReasonCell, StatusCell, ToolsCell, TrafficCell } from './ServerCells.tsx'
import type { HIDABLE, SortKey } from './servers-search.ts'
import { type CellProps, ChecksCell, LatencyCell, UptimeCell } from './TrailCells.tsx'

export type Column = {
  readonly id: 'name' | 'status' | (typeof HIDABLE)[number]
  readonly header: string
  readonly Cell: ComponentType<CellProps>
  readonly sort?: SortKey
}

export const COLUMNS: readonly Column[] = [
  { id: 'name', header: 'Name', Cell: NameCell, sort: 'name' },
  { id: 'status', header: 'Status', Cell: StatusCell, sort: 'status' },
  { id: 'reason', header: 'Reason', Cell: ReasonCell },
  { id: 'checks', header: 'Last checks', Cell: ChecksCell },
  { id: 'uptime', header: 'Up 24h, 30d', Cell: UptimeCell },
  { id: 'latency', header: 'Latency', Cell: LatencyCell, sort: 'latency' },
  { id: 'protocol', header: 'Protocol', Cell: ProtocolCell },
  { id: 'tools', header: 'Tools', Cell: ToolsCell, sort: 'tools' },
  { id: 'traffic', header: 'Calls/min', Cell: TrafficCell, sort: 'traffic' },
  { id: 'checked', header: 'Checked', Cell: CheckedCell, sort: 'checked' },
]
