import { useId } from 'react';
import type { ReactNode } from 'react';
import { Mark } from './Mark.tsx';
import classes from './ChoiceCards.module.css';

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly title: string;
  readonly description: ReactNode;
}

/** Radio buttons as cards. */
export function ChoiceCards<Value extends string>({
  label,
  choices,
  value,
  onChange,
}: {
  label: string;
  choices: readonly Choice<Value>[];
  value: Value;
  onChange: (value: Value) => void;
}) {
  const name = useId();
  return (
    <fieldset className={classes.group}>
      <legend className={classes.legend}>{label}</legend>
      <div className={classes.cards}>
        {choices.map((choice) => (
          <label key={choice.value} className={classes.card} data-chosen={choice.value === value}>
            <input
              type="radio"
              className="visually-hidden"
              name={name}
              value={choice.value}
              checked={choice.value === value}
              onChange={() => onChange(choice.value)}
            />
            <span className={classes.title}>
              <Mark tone={choice.value === value ? 'ok' : 'none'} />
              {choice.title}
            </span>
            <span className={classes.description}>{choice.description}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
