import { IconTools } from '@tabler/icons-react'
import { Plate } from '../ui/Plate.tsx'

export const SettingsPage = () => <Plate Icon={IconTools} heading="h1" title="Settings: to come" />
