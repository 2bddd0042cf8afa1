import { IconTools } from '@tabler/icons-react'
import { Plate } from '../ui/Plate.tsx'

export const LogTab = () => <Plate Icon={IconTools} title="Log: to come" />
