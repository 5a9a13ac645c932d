import { z } from 'zod';

/** The mark by which the API tells "not supported yet" from "not valid" in a zod issue. */
export const unsupportedParam = 'unsupported';

const isNeutral = (value: unknown, neutral: readonly unknown[]): boolean => {
  if (value === undefined || value === null || value === false || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value === 'object' && Object.keys(value).length === 0) return true;
  return neutral.some((candidate) => JSON.stringify(candidate) === JSON.stringify(value));
};

/**
 * A field of the model product that does nothing here yet: kept as written while its value is neutral (false, empty or one
 * of `neutral`), refused with `sentence` otherwise, so that nobody believes that it works.
 */
export const unsupported = (sentence: string, neutral: readonly unknown[] = []) =>
  z
    .unknown()
    .optional()
    .superRefine((value, context) => {
      if (!isNeutral(value, neutral)) {
        context.addIssue({ code: 'custom', message: sentence, params: { [unsupportedParam]: true } });
      }
    });
