import { IconTools } from '@tabler/icons-react'
import { Plate } from '../ui/Plate.tsx'

export const StderrTab = () => <Plate Icon={IconTools} title="Stderr: to come" />
