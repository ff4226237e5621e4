import { useFormat } from "../../i18n/useFormat";

interface Row {
  key: string;
  label: string;
  values: (number | null)[];
  onOpen?: () => void;
}

/** A chart's figures. What leads somewhere in the chart is a button here. */
export function FigureTable({ label, heads, rows }: { label: string; heads: string[]; rows: Row[] }) {
  const { number } = useFormat();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section className="table-frame table-compact" aria-label={label} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            {heads.map((head, at) => (
              <th key={head} scope="col" className={at === 0 ? undefined : "cell-end"}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, label, values, onOpen }) => (
            <tr key={key}>
              <th scope="row">
                {onOpen === undefined ? (
                  label
                ) : (
                  <button type="button" className="entry-link" onClick={onOpen}>
                    {label}
                  </button>
                )}
              </th>
              {values.map((value, at) => (
                <td key={heads[at + 1]} className="cell-end figures">
                  {value === null ? "" : number(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
