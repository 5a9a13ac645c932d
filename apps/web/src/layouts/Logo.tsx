export function Logo() {
  return (
    <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M3 26 29 15" stroke="var(--line-strong)" strokeWidth="2.2" strokeLinecap="round" />
      <path
        d="m7.4 19.6 16.9-7.2c1.5-.6 3 .8 2.5 2.3l-1 2.9a4 4 0 0 1-2.2 2.4l-9 3.8a4 4 0 0 1-4.2-.8z"
        fill="var(--accent)"
      />
    </svg>
  );
}
