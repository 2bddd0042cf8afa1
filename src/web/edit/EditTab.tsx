import { IconTools } from '@tabler/icons-react'
import { Plate } from '../ui/Plate.tsx'

export const EditTab = () => <Plate Icon={IconTools} title="Edit: to come" />
