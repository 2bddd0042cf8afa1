import { IconTools } from '@tabler/icons-react'
import { Plate } from '../ui/Plate.tsx'

export const ToolsTab = () => <Plate Icon={IconTools} title="Tools: to come" />
