import { useEffect, useState } from 'react';
import classes from './Placeholder.module.css';

/** Grey rows that keep the layout, only once 200 ms have passed. */
export function Placeholder({ rows = 4 }: { rows?: number }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 200);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={classes.rows} role="status">
      <span className="visually-hidden">Loading</span>
      {shown && Array.from({ length: rows }, (_, row) => <div key={row} className={classes.row} />)}
    </div>
  );
}
