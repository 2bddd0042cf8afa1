import { IconTools } from '@tabler/icons-react'
import { Plate } from '../ui/Plate.tsx'

export const EventsPage = () => <Plate Icon={IconTools} heading="h1" title="Events: to come" />
