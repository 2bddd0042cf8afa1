import { z } from 'zod'
import { LatencyAnswer } from '../../api/uptime.ts'

const { period: Period } = LatencyAnswer.shape

export const PERIODS = Period.options

/** What the overview keeps in its URL: the period of the chart. */
export const OverviewSearch = z.object({ period: Period.optional().catch(undefined) })
