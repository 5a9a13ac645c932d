import type { Cause, Evidence, Failure } from '@slipway/contracts';

/** `ErrImagePull: rpc error` without the reason in front: what two pieces of the same proof share. */
const core = (text: string): string => text.replace(/^[A-Za-z]+: /, '').trim();

/** Each proof once: one that stands word for word in another is left out. */
export function distinctEvidence(evidence: readonly Evidence[]): Evidence[] {
  return evidence.filter(
    (piece, position) =>
      !evidence.some(
        (other, at) =>
          at !== position &&
          other.text.includes(core(piece.text)) &&
          (other.text.length > piece.text.length || at < position),
      ),
  );
}

/** A cause's message, unless its title or its proof says the same. */
export function messageOf(cause: Cause): string | null {
  const said = [cause.title, ...cause.evidence.map((piece) => piece.text)];
  return said.some((text) => text.includes(cause.message.trim())) ? null : cause.message;
}

/** What a failure says beyond its causes. */
export function failureMessage(failure: Failure, causes: readonly Cause[]): string | null {
  const said = causes.some(
    (cause) => failure.message.startsWith(cause.title) || cause.message.includes(failure.message),
  );
  return said ? null : failure.message;
}
