// Text, not functions: these run in the browser, whose types the programs of this repository do not have.

/** Calls `countClick` for every press of a real pointer. */
export const reportClicks = `document.addEventListener('pointerdown', (event) => event.isTrusted && window.countClick(), true);`;

/**
 * In which order the cause of the missing image (`cause`) and the end of the execution (`end`) appear on an execution's
 * page, seen at every change of the document.
 */
export const whatComesFirst = `new Promise((resolve) => {
  const seen = [];
  const look = () => {
    const panel = document.querySelector('[role="alert"][aria-label="What is wrong"]');
    const chip = document.querySelector('main header h1 + span');
    if (!seen.includes('cause') && panel?.textContent.includes('does-not-exist')) seen.push('cause');
    if (!seen.includes('end') && chip?.textContent === 'Failed') seen.push('end');
    if (seen.length < 2) return;
    observer.disconnect();
    resolve(seen);
  };
  const observer = new MutationObserver(look);
  observer.observe(document.body, { subtree: true, childList: true, characterData: true });
  look();
})`;
