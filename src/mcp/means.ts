import { ByteBudget } from './byte-budget.ts'
import { StreamPlaces } from './http/stream-places.ts'
import { OpenFiles } from './open-files.ts'

/** What all connections share of this process. Who finds too little of it has learnt nothing about its server. */
export type Means = { readonly files: OpenFiles; readonly streams: StreamPlaces; readonly answers: ByteBudget }

/** `files`: of connections and processes; `answerBytes`: of answers on their way. As much as there is when absent. */
export const meansOf = ({
  files,
  answerBytes,
}: {
  readonly files?: number
  readonly answerBytes?: number
} = {}): Means => ({
  files: new OpenFiles(files),
  // Kept connections are worth more: without a stream a change of lists is found all the same, later.
  streams: new StreamPlaces(files === undefined ? undefined : Math.floor(files / 4)),
  answers: new ByteBudget(answerBytes),
})
