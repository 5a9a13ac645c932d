/** A mistake to underline: offsets into the text. */
export interface EditorMark {
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

export interface CodeEditorProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly label: string;
  readonly marks?: readonly EditorMark[];
  readonly readOnly?: boolean;
}
