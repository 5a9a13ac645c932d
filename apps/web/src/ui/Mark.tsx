import classes from './Mark.module.css';

export type Tone = 'ok' | 'run' | 'fail' | 'warn' | 'wait' | 'none';

const shapes: Readonly<Record<Tone, React.ReactNode>> = {
  ok: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path
        d="m4.9 8.2 2.2 2.1 4-4.4"
        fill="none"
        stroke="var(--on-mark)"
        strokeWidth="1.7"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </>
  ),
  run: (
    <>
      <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.6" opacity="0.28" />
      <path
        d="M8 2a6 6 0 0 1 6 6"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
        className={classes.arc}
      />
    </>
  ),
  fail: (
    <>
      <path d="M5.2 1h5.6L15 5.2v5.6L10.8 15H5.2L1 10.8V5.2z" fill="currentColor" />
      <path
        d="m5.7 5.7 4.6 4.6m0-4.6-4.6 4.6"
        stroke="var(--on-mark)"
        strokeWidth="1.7"
        strokeLinecap="round"
      />
    </>
  ),
  warn: (
    <>
      <path
        d="M8 1.6c.5 0 .9.2 1.1.7l5.6 10.2c.5.9-.1 2-1.1 2H2.4c-1 0-1.6-1.1-1.1-2L6.9 2.3c.2-.5.6-.7 1.1-.7z"
        fill="currentColor"
      />
      <path d="M8 6v3.4M8 11.8v.1" stroke="var(--on-mark)" strokeWidth="1.7" strokeLinecap="round" />
    </>
  ),
  wait: (
    <>
      <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" strokeWidth="1.6" />
      <path d="M8 4.6V8l2.2 1.7" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" />
    </>
  ),
  none: (
    <circle
      cx="8"
      cy="8"
      r="6"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeDasharray="2.4 2.3"
    />
  ),
};

/** A status as shape and colour; the word beside it, or `label` for screen readers, says the same. */
export function Mark({ tone, label, size = 14 }: { tone: Tone; label?: string; size?: number }) {
  return (
    <svg
      className={classes.mark}
      data-tone={tone}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    >
      {shapes[tone]}
    </svg>
  );
}

/** Mark and word in one chip. */
export function Chip({ tone, children }: { tone: Tone; children: React.ReactNode }) {
  return (
    <span className={classes.chip} data-tone={tone}>
      <Mark tone={tone} />
      {children}
    </span>
  );
}
