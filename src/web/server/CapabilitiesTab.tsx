import { IconTools } from '@tabler/icons-react'
import { Plate } from '../ui/Plate.tsx'

export const CapabilitiesTab = () => <Plate Icon={IconTools} title="Capabilities: to come" />
