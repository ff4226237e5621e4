import type { ReactNode } from "react";

interface Props {
  title: ReactNode;
  /** A short line under the title. */
  note?: ReactNode;
  actions?: ReactNode;
}

export function PageHeader({ title, note, actions }: Props) {
  return (
    <div className="page-header">
      <div className="page-title">
        <h1>{title}</h1>
        {note !== undefined && <p>{note}</p>}
      </div>
      {actions !== undefined && <div className="page-actions">{actions}</div>}
    </div>
  );
}
