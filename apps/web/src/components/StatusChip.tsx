import type { Status } from '@slipway/contracts';
import { Chip, Mark } from '../ui/Mark.tsx';
import { statusTone, statusWord } from './execution-status.ts';

export function StatusChip({ status }: { status: Status }) {
  return <Chip tone={statusTone(status)}>{statusWord(status)}</Chip>;
}

export function StatusMark({ status }: { status: Status }) {
  return <Mark tone={statusTone(status)} label={statusWord(status)} />;
}
