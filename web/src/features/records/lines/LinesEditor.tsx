import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Input, InputNumber } from "antd";
import { type KeyboardEvent, useRef } from "react";
import { useT } from "../../../i18n/useT";
import type { Line } from "../types";
import { LineProduct } from "./LineProduct";
import "./lines.css";
import { emptyRow, type LineRow, withProduct } from "./rows";
import { lineSum, totalsOf } from "./sums";
import { TotalsList } from "./TotalsList";
import { useMinor } from "./useMinor";

interface Props {
  id?: string | undefined;
  stored: Line[];
  value: LineRow[];
  onChange: (rows: LineRow[]) => void;
}

const NUMBERS = ["quantity", "price", "discount", "tax_rate"] as const;
type NumberCell = (typeof NUMBERS)[number];

/** The lines of a quote or an order. Enter goes to the same cell of the next line, which it makes if there is none. */
export function LinesEditor({ id, value, onChange }: Props) {
  const t = useT();
  const money = useMinor();
  const table = useRef<HTMLTableElement>(null);
  const rows = value.length === 0 ? [emptyRow()] : value;

  const change = (key: string, next: Partial<LineRow>) =>
    onChange(rows.map((row) => (row.key === key ? { ...row, ...next } : row)));
  const remove = (key: string) => onChange(rows.filter((row) => row.key !== key));
  const goTo = (line: number, cell: string) =>
    // The line may be in the making.
    window.setTimeout(() => {
      const found = table.current?.querySelector<HTMLElement>(
        `tbody tr:nth-child(${line + 1}) [data-cell="${cell}"]`,
      );
      const input = found?.matches("input") ? found : found?.querySelector("input");
      input?.focus();
    });
  const add = (cell = "name") => {
    onChange([...rows, emptyRow()]);
    goTo(rows.length, cell);
  };
  const onKey = (line: number, cell: string) => (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
    // It would send the form.
    event.preventDefault();
    if (line + 1 < rows.length) goTo(line + 1, cell);
    else add(cell);
  };
  return (
    <div className="lines" id={id}>
      <table className="lines-table" ref={table}>
        <thead>
          <tr>
            {["name", "unit", ...NUMBERS, "gross"].map((column) => (
              <th key={column} scope="col" className={`line-${column}`}>
                {t(`line-${column}`)}
              </th>
            ))}
            <th scope="col" className="line-tools">
              <span className="visually-hidden">{t("row-tools")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, line) => {
            const sum = lineSum(row);
            const called = (cell: string) => t("line-cell", { line: line + 1, what: t(`line-${cell}`) });
            return (
              <tr key={row.key}>
                <td className="line-name" data-cell="name" data-label={t("line-name")}>
                  <LineProduct
                    label={called("name")}
                    value={row.name}
                    onType={(name) => change(row.key, { name })}
                    onChoose={(product) => change(row.key, withProduct(row, product))}
                  />
                </td>
                <td className="line-unit" data-label={t("line-unit")}>
                  <Input
                    data-cell="unit"
                    aria-label={called("unit")}
                    value={row.unit}
                    maxLength={20}
                    onKeyDown={onKey(line, "unit")}
                    onChange={(event) => change(row.key, { unit: event.target.value })}
                  />
                </td>
                {NUMBERS.map((cell) => (
                  <td key={cell} className={`line-${cell}`} data-cell={cell} data-label={t(`line-${cell}`)}>
                    <NumberInput
                      cell={cell}
                      label={called(cell)}
                      value={row[cell]}
                      onKey={onKey(line, cell)}
                      onChange={(next) => change(row.key, { [cell]: next })}
                    />
                  </td>
                ))}
                <td className="line-gross figures" data-label={t("line-gross")}>
                  {sum === undefined ? "–" : money(sum.gross)}
                </td>
                <td className="line-tools">
                  <Button
                    type="text"
                    size="small"
                    icon={<DeleteOutlined aria-hidden />}
                    aria-label={t("line-remove", { line: line + 1 })}
                    title={t("line-remove", { line: line + 1 })}
                    onClick={() => remove(row.key)}
                  />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <div className="lines-foot">
        <Button type="dashed" icon={<PlusOutlined aria-hidden />} onClick={() => add()}>
          {t("line-add")}
        </Button>
        <TotalsList totals={totalsOf(rows)} />
      </div>
    </div>
  );
}

interface NumberProps {
  cell: NumberCell;
  label: string;
  value: string | null;
  onKey: (event: KeyboardEvent) => void;
  onChange: (value: string | null) => void;
}

function NumberInput({ cell, label, value, onKey, onChange }: NumberProps) {
  const percent = cell === "discount" || cell === "tax_rate";
  return (
    <InputNumber<string>
      className="full-width"
      stringMode
      controls={false}
      // Arrows would change a number one only means to leave.
      keyboard={false}
      aria-label={label}
      min="0"
      {...(percent ? { max: "100" } : {})}
      {...(cell === "price" ? { precision: 2 } : {})}
      value={value}
      onKeyDown={onKey}
      onChange={(next) => onChange(next === null || next === "" ? null : String(next))}
    />
  );
}
