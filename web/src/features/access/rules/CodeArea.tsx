import type { FieldProblem } from "../../../api/problem";
import { columnsOf, type Place, placeOf } from "./place";

interface Props {
  problems: FieldProblem[];
  readOnly: boolean;
  /** Given by the form. */
  id?: string;
  value?: string;
  onChange?: (text: string) => void;
}

const LEAST_ROWS = 10;

/** Text of a policy with numbered lines. The places of mistakes are marked behind what is typed. */
export function CodeArea({ problems, readOnly, id, value = "", onChange }: Props) {
  const places = problems
    .map(({ params }) => placeOf(value, params.start, params.end))
    .filter((place): place is Place => place !== null)
    .sort((one, other) => one.from - other.from);
  const wrong = new Set(places.map(({ line }) => line));
  const lines = value.split("\n");
  const rows = Math.max(LEAST_ROWS, lines.length);
  return (
    <div className="code mono">
      <ol className="code-lines" aria-hidden="true">
        {Array.from({ length: rows }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
          <li key={at} className={wrong.has(at + 1) ? "code-line-wrong" : undefined}>
            {at + 1}
          </li>
        ))}
      </ol>
      <div className="code-text">
        <pre aria-hidden="true">{marked(value, places)}</pre>
        <textarea
          id={id}
          value={value}
          readOnly={readOnly}
          wrap="off"
          rows={rows}
          cols={columnsOf(value) + 2}
          spellCheck={false}
          autoCapitalize="off"
          autoCorrect="off"
          maxLength={16 * 1024}
          aria-invalid={places.length > 0}
          onChange={({ target }) => onChange?.(target.value)}
        />
      </div>
    </div>
  );
}

/** The text with the places of mistakes marked. A place of no length marks the character before or after it. */
function marked(text: string, places: Place[]) {
  const parts = [];
  let done = 0;
  for (const { from, to } of places) {
    const start = Math.max(done, from === to && from >= text.length ? Math.max(0, from - 1) : from);
    const end = Math.max(to, start + 1);
    if (start < done) continue;
    parts.push(text.slice(done, start), <mark key={start}>{text.slice(start, end) || " "}</mark>);
    done = end;
  }
  // A last line that is empty has no height of its own.
  parts.push(`${text.slice(done)}\n`);
  return parts;
}
