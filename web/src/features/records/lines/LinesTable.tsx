import { useFormat } from "../../../i18n/useFormat";
import { useT } from "../../../i18n/useT";
import type { Line } from "../types";
import "./lines.css";

const COLUMNS = ["name", "quantity", "price", "discount", "tax_rate", "gross"] as const;

/** The lines of a record, to be read. */
export function LinesTable({ label, lines }: { label: string; lines: Line[] }) {
  const t = useT();
  const format = useFormat();
  const percent = (value: string | undefined) => (value === undefined ? "–" : `${value}%`);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls sideways must be reachable by keyboard.
    <section className="lines-frame" aria-label={label} tabIndex={0}>
      <table className="lines-table lines-read">
        <thead>
          <tr>
            {COLUMNS.map((column) => (
              <th key={column} scope="col" className={`line-${column}`}>
                {t(`line-${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map((line, at) => (
            // Lines have no ids: they are replaced as a whole.
            // biome-ignore lint/suspicious/noArrayIndexKey: the list is replaced as a whole.
            <tr key={at}>
              <td className="line-name">{line.name}</td>
              <td className="line-quantity figures">
                {line.quantity} {line.unit}
              </td>
              <td className="line-price figures">{format.money(line.price)}</td>
              <td className="line-discount figures">{percent(line.discount)}</td>
              <td className="line-tax_rate figures">{percent(line.tax_rate)}</td>
              <td className="line-gross figures">{line.gross == null ? "–" : format.money(line.gross)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
