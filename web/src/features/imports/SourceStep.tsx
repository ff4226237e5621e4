import { Form, InputNumber, Select, Spin } from "antd";
import type { Import, ImportPatch } from "../../api/types";
import { useT } from "../../i18n/useT";
import { PRESETS } from "./imports";

const ENCODINGS = ["utf-8", "gb18030", "big5", "utf-16le", "utf-16be", "windows-1252", "shift_jis"];
const DELIMITERS = [",", ";", "\t", "|"] as const;
const DELIMITER_WORDS: Record<string, string> = { ",": "comma", ";": "semicolon", "\t": "tab", "|": "bar" };

interface Props {
  subject: Import;
  busy: boolean;
  onChange: (change: ImportPatch) => void;
}

/** What was recognised in the file, and how to correct it. */
export function SourceStep({ subject, busy, onChange }: Props) {
  const t = useT();
  const { source } = subject;
  const encodings =
    source.encoding == null || ENCODINGS.includes(source.encoding)
      ? ENCODINGS
      : [source.encoding, ...ENCODINGS];
  return (
    <Spin spinning={busy}>
      <div className="panel-body">
        <p className="soft wizard-note">{t("source-note")}</p>
        <Form layout="vertical" className="form-grid" component="div">
          <Form.Item label={t("source-preset")} htmlFor="source-preset">
            <Select
              id="source-preset"
              value={subject.preset}
              options={PRESETS.map((preset) => ({ value: preset, label: t(`preset-${preset}`) }))}
              onChange={(preset) => onChange({ preset })}
            />
          </Form.Item>
          <Form.Item label={t("source-header-row")} htmlFor="source-header-row">
            <InputNumber
              id="source-header-row"
              className="full-width"
              min={1}
              precision={0}
              changeOnBlur
              value={source.header_row}
              onChange={(header_row) =>
                header_row !== null &&
                header_row !== source.header_row &&
                onChange({ source: { header_row } })
              }
            />
          </Form.Item>
          {source.format === "csv" && (
            <>
              <Form.Item label={t("source-encoding")} htmlFor="source-encoding">
                <Select
                  id="source-encoding"
                  value={source.encoding}
                  options={encodings.map((encoding) => ({ value: encoding, label: encoding.toUpperCase() }))}
                  onChange={(encoding: string) => onChange({ source: { encoding } })}
                />
              </Form.Item>
              <Form.Item label={t("source-delimiter")} htmlFor="source-delimiter">
                <Select
                  id="source-delimiter"
                  value={source.delimiter}
                  options={DELIMITERS.map((delimiter) => ({
                    value: delimiter,
                    label: t(`delimiter-${DELIMITER_WORDS[delimiter]}`),
                  }))}
                  onChange={(delimiter: string) => onChange({ source: { delimiter } })}
                />
              </Form.Item>
            </>
          )}
          {source.sheets.length > 0 && (
            <Form.Item label={t("source-sheet")} htmlFor="source-sheet">
              <Select
                id="source-sheet"
                value={source.sheet}
                options={source.sheets.map((sheet) => ({ value: sheet, label: sheet }))}
                onChange={(sheet: string) => onChange({ source: { sheet } })}
              />
            </Form.Item>
          )}
        </Form>
        <h3>{t("source-sample")}</h3>
        <div className="table-frame">
          <table className="table table-compact">
            <thead>
              <tr>
                {subject.columns.map(({ index, header }) => (
                  <th key={index} scope="col">
                    {header === "" ? t("column-unnamed", { number: index + 1 }) : header}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {[0, 1, 2].map((row) => (
                <tr key={row}>
                  {subject.columns.map(({ index, samples }) => (
                    <td key={index}>{samples[row]}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </Spin>
  );
}
