import { z } from 'zod'

/** What does not fit in the words of people, wherever a schema is used: in the API, on the page and on the command line. */
z.config({
  customError: (issue) => {
    switch (issue.code) {
      case 'invalid_type':
        return issue.input === undefined ? 'Is missing' : KINDS[issue.expected]
      case 'invalid_value':
        return issue.values.length > 1
          ? `Must be one of ${issue.values.map(String).join(', ')}`
          : `Must be ${String(issue.values[0])}`
      case 'too_big':
        return `Must ${bound(issue.origin, 'at most', issue.maximum)}`
      case 'too_small':
        if (issue.minimum === 1 && issue.origin in UNITS) return 'Must not be empty'
        return `Must ${bound(issue.origin, issue.inclusive ? 'at least' : 'more than', issue.minimum)}`
      case 'unrecognized_keys':
        return `Unknown: ${issue.keys.join(', ')}`
      default:
        return undefined // zod's own words do
    }
  },
})

const KINDS: Readonly<Record<string, string>> = {
  string: 'Must be text',
  number: 'Must be a number',
  int: 'Must be a whole number',
  boolean: 'Must be true or false',
  object: 'Must be an object',
  record: 'Must be an object',
  array: 'Must be a list',
}
const UNITS: Readonly<Record<string, string>> = { string: 'characters', array: 'entries', record: 'entries' }

const bound = (origin: string, how: string, many: number | bigint): string =>
  origin in UNITS ? `have ${how} ${many} ${UNITS[origin]}` : `be ${how} ${many}`
