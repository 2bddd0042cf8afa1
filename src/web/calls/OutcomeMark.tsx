import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconCircleX,
  IconHourglass,
  IconLock,
  IconMessageX,
  IconPlugConnectedX,
  IconQuestionMark,
  type TablerIcon,
} from '@tabler/icons-react'
import { CALL_WORDS } from '../../api/call-words.ts'
import type { CallView } from '../../api/calls.ts'
import type { Tone } from '../ui/theme.ts'
import classes from './Calls.module.css'

const LOOKS = {
  ok: { tone: 'good', Icon: IconCircleCheck },
  app_error: { tone: 'warn', Icon: IconMessageX },
  connect: { tone: 'bad', Icon: IconPlugConnectedX },
  protocol: { tone: 'bad', Icon: IconAlertTriangle },
  auth: { tone: 'bad', Icon: IconLock },
  throttled: { tone: 'warn', Icon: IconHourglass },
  cancelled: { tone: 'quiet', Icon: IconCircleX },
  inconclusive: { tone: 'warn', Icon: IconQuestionMark },
  refused: { tone: 'bad', Icon: IconBan },
} as const satisfies Record<CallView['outcome'], { readonly tone: Tone; readonly Icon: TablerIcon }>

/** How a call ended, as icon and words. */
export function OutcomeMark({ outcome }: Pick<CallView, 'outcome'>) {
  const { tone, Icon } = LOOKS[outcome]
  return (
    <span className={classes.mark} data-tone={tone}>
      <Icon size={16} stroke={1.75} aria-hidden />
      {CALL_WORDS[outcome].label}
    </span>
  )
}
