import type { ReactNode } from "react";

interface Props {
  title: string;
  text?: string;
  icon?: ReactNode;
  action?: ReactNode;
}

/** What a page says when there is nothing to show, and what to do about it. */
export function EmptyState({ title, text, icon, action }: Props) {
  return (
    <div className="state">
      {icon !== undefined && (
        <span className="state-icon" aria-hidden="true">
          {icon}
        </span>
      )}
      <h2>{title}</h2>
      {text !== undefined && <p>{text}</p>}
      {action}
    </div>
  );
}
