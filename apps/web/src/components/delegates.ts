import type { DelegateView } from '@slipway/contracts';

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

export const runningTasks = (delegate: DelegateView): number =>
  delegate.instances.reduce((sum, instance) => sum + (instance.connected ? instance.runningTasks : 0), 0);

/** `2 instances, 4 tasks`, `1 instance, idle`, `not connected`. */
export function delegateWords(delegate: DelegateView): string {
  const connected = delegate.instances.filter((instance) => instance.connected).length;
  if (connected === 0) return 'not connected';
  const tasks = runningTasks(delegate);
  return `${plural(connected, 'instance')}, ${tasks === 0 ? 'idle' : plural(tasks, 'task')}`;
}
