import { IconTools } from '@tabler/icons-react'
import { Plate } from '../ui/Plate.tsx'

export const SettingsPage = () => <Plate Icon={IconTools} title="Settings: to come" />
