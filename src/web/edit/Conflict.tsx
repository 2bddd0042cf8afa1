import { Button } from '@mantine/core'
import type { ServerView } from '../../api/server-view.ts'
import { type Draft, draftOf } from './draft.ts'
import classes from './ServerForm.module.css'

type Props = {
  readonly before: ServerView
  readonly now: ServerView
  readonly onKeep: () => void
  readonly onTake: () => void
}

/** Says what somebody else changed while the form was open, and lets the person decide. */
export const Conflict = ({ before, now, onKeep, onTake }: Props) => (
  <div role="alert" className={classes.result}>
    <strong>Somebody else changed this server meanwhile</strong>
    <ul>
      {changesBetween(draftOf(before), draftOf(now)).map((change) => (
        <li key={change}>{change}</li>
      ))}
    </ul>
    <div className={classes.actions}>
      <Button variant="default" onClick={onKeep}>
        Save mine over it
      </Button>
      <Button variant="default" onClick={onTake}>
        Begin anew from theirs
      </Button>
    </div>
  </div>
)

/** Fields that differ, with both values; of secrets one sees that a key came or went. */
export function changesBetween(before: Draft, now: Draft): readonly string[] {
  const was = new Map(Object.entries(before).map(([name, value]) => [name, shown(value)]))
  const changes = Object.entries(now)
    .filter(([name, value]) => was.get(name) !== shown(value))
    .map(([name, value]) => `${name.replaceAll('_', ' ')}: ${was.get(name) || 'empty'} → ${shown(value) || 'empty'}`)
  return changes.length > 0 ? changes : ['credentials or other values that are not shown']
}

const shown = (value: Draft[keyof Draft]): string =>
  typeof value === 'object' ? value.map(({ key }) => key).join(', ') : String(value)
