import { endWhenAsked } from '../src/platform/program.ts';

/** A program that is told of its launcher's end before it listens for it, and would run for ever otherwise. */
const launcherGone = (): boolean => {
  const connected: unknown = process.connected;
  return connected === false;
};
const patience = setInterval(() => {
  if (!launcherGone()) return;
  clearInterval(patience);
  setInterval(() => {}, 60_000);
  endWhenAsked({ close: async () => {} });
}, 10);
