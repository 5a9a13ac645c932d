import { Modal } from '@mantine/core';
import { useEffect, useState } from 'react';
import classes from './KeyList.module.css';

const openEvent = 'slipway:keys';

export const showKeyList = (): void => void window.dispatchEvent(new Event(openEvent));

const keys = [
  ['/', 'Search in this list or log'],
  ['↑ ↓', 'Move in a list or tree'],
  ['Home End', 'First, last'],
  ['Enter', 'Open'],
  ['Esc', 'Close, or leave the search'],
  ['?', 'This list'],
] as const;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** `?` shows the keys, `/` goes to the search of the screen. */
export function KeyList() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const show = () => setOpen(true);
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.key === '?') show();
      if (event.key !== '/') return;
      const search = document.querySelector<HTMLInputElement>('input[type="search"]');
      if (search === null) return;
      event.preventDefault();
      search.focus();
    };
    window.addEventListener('keydown', onKey);
    window.addEventListener(openEvent, show);
    return () => {
      window.removeEventListener('keydown', onKey);
      window.removeEventListener(openEvent, show);
    };
  }, []);
  return (
    <Modal
      opened={open}
      onClose={() => setOpen(false)}
      title="Keys"
      size="sm"
      centered
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <dl className={classes.keys}>
        {keys.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
