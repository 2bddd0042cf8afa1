import { config } from 'zod'

// Before the first schema is made: zod tries `new Function` otherwise, which the policy of our pages forbids.
config({ jitless: true })
