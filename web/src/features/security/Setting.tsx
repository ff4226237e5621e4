import { Form, type FormItemProps } from "antd";
import type { ReactNode } from "react";

interface GroupProps {
  title: string;
  note: string;
  children: ReactNode;
}

/** Settings that belong together, one below the other. */
export function Settings({ title, note, children }: GroupProps) {
  return (
    <section className="panel settings" aria-label={title}>
      <header className="settings-head">
        <h2>{title}</h2>
        <p className="soft">{note}</p>
      </header>
      {children}
    </section>
  );
}

interface Props extends Pick<FormItemProps, "rules" | "valuePropName"> {
  /** Where the setting stands in the form. */
  path: string[];
  label: string;
  note: string;
  /** Below the words instead of beside them. */
  wide?: boolean;
  children: ReactNode;
}

/** One setting: what it is and what it means, and beside it the field, with what is wrong below. */
export function Setting({ path, label, note, wide = false, children, ...field }: Props) {
  return (
    <div className={wide ? "setting setting-wide" : "setting"}>
      <div className="setting-words">
        <label htmlFor={path.join("_")}>{label}</label>
        <p className="soft">{note}</p>
      </div>
      <Form.Item name={path} className="setting-field" {...field}>
        {children}
      </Form.Item>
    </div>
  );
}
